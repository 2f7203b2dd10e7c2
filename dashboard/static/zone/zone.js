// The time zone that was chosen is kept in the browser, so that the next visit is read in it from its first page on.
export default function ({ data }) {
  const age = data.zone ? 365 * 24 * 3600 : 0;
  document.cookie = `tracker-zone=${data.zone}; max-age=${age}; path=/; samesite=strict`;
}
