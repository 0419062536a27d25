/** A name and a password in an address: fetch refuses them there, so they become a header. */

/** The header of HTTP's Basic authentication for the login in an address; none where it has none. */
export function basicLogin({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A password such as "100%" was never encoded: it is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
