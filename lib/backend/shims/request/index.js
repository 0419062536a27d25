/**
 * What danfojs-node uses of the npm package `request`, over Node's own modules: a readable stream of a URL's content.
 *
 * The original was given up in 2020 with known holes and brings forty packages. danfojs-node calls `request.get(url)`
 * for CSV and `request({url, method, headers})` for JSON, listens for "response" and pipes. Redirects are followed, as
 * the original did; an error is emitted on the stream.
 */
const http = require("node:http");
const https = require("node:https");
const { PassThrough } = require("node:stream");

const MOST_REDIRECTS = 10;
const STALL = 30_000;

/**
 * @param {string | { url?: string, uri?: string, method?: string, headers?: Record<string, string> }} options
 * @returns {PassThrough} emits "response" (the http.IncomingMessage) before its data
 */
function request(options) {
  const given = typeof options === "string" ? { url: options } : options;
  const out = new PassThrough();
  // One turn later, so that the caller's listeners are in place even for an address that fails at once.
  setImmediate(() => {
    try {
      send(new URL(given.url ?? given.uri ?? ""), given, out, 0);
    } catch (error) {
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return out;
}

function send(url, { method = "GET", headers = {} }, out, redirects) {
  const client = url.protocol === "https:" ? https : http;
  const call = client.request(url, { method, headers }, (response) => {
    const { location } = response.headers;
    if (location && response.statusCode >= 300 && response.statusCode < 400) {
      response.resume();
      follow(new URL(location, url), url, { method, headers }, out, redirects + 1);
      return;
    }
    out.emit("response", response);
    response.once("error", (error) => out.destroy(error));
    response.pipe(out);
  });
  call.setTimeout(STALL, () => call.destroy(new Error(`${url.href} sent nothing for ${STALL / 1000} s`)));
  call.once("error", (error) => out.destroy(error));
  call.end();
}

function follow(next, from, { method, headers }, out, redirects) {
  if (redirects > MOST_REDIRECTS) {
    out.destroy(new Error(`${from.href} redirects more than ${MOST_REDIRECTS} times`));
    return;
  }
  // A secret meant for one host is not for the host it points to.
  const { authorization: _secret, Authorization: _Secret, ...open } = headers;
  try {
    send(next, { method, headers: next.host === from.host ? headers : open }, out, redirects);
  } catch (error) {
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

module.exports = request;
module.exports.get = request;
