"""Essays: their text comes in, their claims are asked about, and their record is read over them."""
