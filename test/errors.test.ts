import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError, withoutSecrets } from "../lib/errors";
import { withEnvironment } from "./hub-server";

test("a password in an address is in no message, whoever wrote the address", () => {
  const cases: [string, string][] = [
    ["https://user:pa%20ss@hub.example/x failed", "https://***@hub.example/x failed"],
    ["see http://token@host:8080, and git+https://a:b@c", "see http://***@host:8080, and git+https://***@c"],
    ["postgres://me:p@ss@db/x", "postgres://***@db/x"],
    ["https://host/a@b and mail@host", "https://host/a@b and mail@host"],
  ];
  for (const [text, wanted] of cases) {
    assert.equal(withoutSecrets(text), wanted);
    assert.equal(new UserError(text).message, wanted);
  }
});

test("the tokens of the environment are in none either, also where a line break came with them", () =>
  withEnvironment({ HF_TOKEN: "hf_abc123\n", HUGGING_FACE_HUB_TOKEN: "hf_other" }, async () => {
    const text = 'invalid header value "Bearer hf_abc123\n" and "hf_abc123", "hf_other"';
    assert.doesNotMatch(withoutSecrets(text), /abc123|other/);
    assert.doesNotMatch(new UserError(text).message, /abc123|other/);
    await withEnvironment({ HF_TOKEN: "a" }, async () => assert.equal(withoutSecrets("a cat"), "a cat"));
  }));
