/** Where the hub is and what opens it: HF_ENDPOINT and HF_TOKEN, neither of which may be read in a message. */
import { usageError } from "../../errors";
import { basicLogin } from "../../files/login";

const HUB = "https://huggingface.co";

/**
 * The hub's address without a slash at its end, and without the name and password that HF_ENDPOINT may have.
 * @throws UserError (usage) where HF_ENDPOINT is no address; its text is not shown, as a password may be in it
 */
export function endpoint(): string {
  const { origin, pathname } = parsed();
  return `${origin}${pathname}`.replace(/\/+$/, "");
}

/**
 * The header that opens private models: HF_TOKEN, or the name and password in HF_ENDPOINT, which come first as they do in
 * Python. fetch drops it on the way to another host.
 * @throws UserError (usage) where HF_TOKEN cannot be a token; its text is not shown
 */
export function authorization(): Record<string, string> {
  const login = basicLogin(parsed());
  if (login.Authorization) return login;
  // A line break is what `export HF_TOKEN="$(cat token)"` and a copy leave; Python takes it away too.
  const token = (process.env.HF_TOKEN ?? "").replace(/[\r\n]/g, "").trim();
  if (!/^[\x21-\x7e]*$/.test(token))
    throw usageError(
      "HF_TOKEN holds a space or a character that no token has; copy it again from the hub (it is not shown here).",
    );
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function parsed(): URL {
  const text = process.env.HF_ENDPOINT?.trim() || HUB;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw usageError(`HF_ENDPOINT is no address (not shown: it may hold a password); wanted one such as ${HUB}.`);
}
