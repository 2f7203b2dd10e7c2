"""The tracker for agents: a server of the Model Context Protocol, over stdio and HTTP.

Tools are thin: each calls services in the name of whoever asks, and fences the text of others. The
library takes a second to import, so only the door is imported before the first request.
"""
