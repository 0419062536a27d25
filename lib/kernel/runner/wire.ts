/**
 * The Jupyter wire protocol, client's side: signed messages of JSON frames over ZeroMQ.
 * Source: jupyter-client, "Messaging in Jupyter", the wire protocol (version 5.3).
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { UserError } from "../../errors";

const DELIMITER = "<IDS|MSG>";

/** What a kernel is told of its sockets. */
export interface Connection {
  transport: "tcp";
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: "hmac-sha256";
  kernel_name: string;
}

/** A message as received. */
export interface WireMessage {
  id: string;
  type: string;
  /** Of the one who sent it. */
  session: string;
  /** Id of the request that it answers. */
  parent: string | undefined;
  content: Readonly<Record<string, unknown>>;
}

/** The frames of a request and its id. */
export function request(key: string, session: string, type: string, content: object): { id: string; frames: string[] } {
  const id = randomUUID();
  const date = new Date().toISOString();
  const header = { msg_id: id, session, username: "workbook", date, msg_type: type, version: "5.3" };
  const body = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return { id, frames: [DELIMITER, signature(key, body), ...body] };
}

/**
 * Reads a message.
 * @throws UserError where the signature is wrong: another process answers on this port
 */
export function parse(key: string, frames: readonly Buffer[]): WireMessage {
  const start = frames.findIndex((frame) => frame.toString() === DELIMITER);
  const body = frames.slice(start + 2, start + 6);
  const given = Buffer.from(frames[start + 1]?.toString() ?? "");
  const wanted = Buffer.from(signature(key, body));
  if (start < 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new UserError("a kernel message has a wrong signature, wanted one made with the connection file's key.");
  const [header, parent, , content] = body.map((frame): Record<string, unknown> => JSON.parse(frame.toString()));
  return {
    id: String(header.msg_id),
    type: String(header.msg_type),
    session: String(header.session),
    parent: parent.msg_id === undefined ? undefined : String(parent.msg_id),
    content,
  };
}

/**
 * The frames of a reply.
 * @param frames the request's, as received
 */
export function reply(key: string, frames: readonly Buffer[], type: string, content: object): (string | Buffer)[] {
  const start = frames.findIndex((frame) => frame.toString() === DELIMITER);
  const parent: Record<string, unknown> = JSON.parse(frames[start + 2].toString());
  const header = { ...parent, msg_id: randomUUID(), date: new Date().toISOString(), msg_type: type };
  const body = [header, parent, {}, content].map((part) => JSON.stringify(part));
  return [...frames.slice(0, start), DELIMITER, signature(key, body), ...body];
}

function signature(key: string, parts: readonly (string | Buffer)[]): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
