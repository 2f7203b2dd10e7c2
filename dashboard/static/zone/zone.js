// What the next visit begins with is kept in the browser: the time zone that was chosen, and the time of this visit.
export default function ({ data }) {
  const age = data.value ? 365 * 24 * 3600 : 0;
  document.cookie = `${data.name}=${data.value}; max-age=${age}; path=/; samesite=strict`;
}
