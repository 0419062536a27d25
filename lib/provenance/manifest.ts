/** The format of a run's manifest.json, and the writer that keeps it current from first step to last. */
import { existsSync } from "node:fs";
import { UserError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { sha256 } from "../files/hash";
import { readJson } from "../files/json";
import { isObject } from "../files/json-object";
import type { DataDescription } from "./data";
import { type Difference, differences } from "./difference";
import { type Environment, environmentOf } from "./environment";
import type { NotLearned } from "./not-learned";
import { type ProjectState, projectState } from "./project";
import { scrubbed } from "./scrub";

/** How a session of a run ended; "running" is also what a killed one leaves behind. */
export type RunStatus = "running" | "finished" | "stopped early" | "interrupted" | "failed" | "killed";

/** One process of a run: a run that is resumed has several. */
export interface Session {
  started: string;
  ended: string | null;
  status: RunStatus;
  /** The command's words, or null for a call of the library. */
  command: string[] | null;
  first_step: number;
  last_step: number | null;
  failure: string | null;
  peak_rss_mb: number | null;
  /** TensorFlow's tensors at the start and the end. */
  tensors: { start: number; end: number | null };
  /** Where this session's machine or code differed from the first one's. */
  environment_changes: Difference[];
}

/** What a run knows about itself before its first step. */
export interface RunFacts {
  /** All keys, resolved. */
  config: Record<string, unknown>;
  /** The official configuration it is held against, and every key that differs. */
  official: { name: string; source: string; differences: Difference[] };
  data: Record<string, DataDescription>;
  /** Where other names of types came from, and a hash of all of them; only where the run has some. */
  wordings?: { name: string; sha256: string };
  /** What of the training records the model and its prompts have no place for; manifests from before it was counted lack it. */
  not_learned?: NotLearned;
  held_out_types: string[];
  tokenizer: { sha256: string; size: number; added_tokens: Record<string, number> };
  weights: {
    /** Where the weights came from: an encoder's or a model's name. */
    start: string;
    parameters: number;
    /** Parameters that no update touches. */
    frozen: number;
    /** Of all parameters before step 0. */
    sha256: string;
  };
  /** How the best checkpoint is chosen, in words; says so where it is chosen on the benchmark. */
  selection: string;
  /** Seeded streams by name, with what each decides. */
  streams: { seed: number; names: Record<string, string> };
  first_batch: { sha256: string; texts: number; subwords: number; types: string[][] };
}

/** What came of it. */
export interface RunResult {
  steps: number;
  /** At steps 1, 2, 5 and 10: two runs of the same manifest must agree here. */
  losses: Record<string, number>;
  clipped_share: number | null;
  skipped: { step: number; reason: string }[];
  best: { step: number; value: number } | null;
  last_evaluation: Record<string, unknown> | null;
}

/** Everything that a run says about itself: manifest.json. */
export interface Manifest extends RunFacts {
  format: number;
  /** Of configuration, data and start: the same for a run that is made again. */
  id: string;
  project: ProjectState;
  environment: Environment;
  sessions: Session[];
  result: RunResult;
}

const FORMAT = 1;
/** What every manifest has, whatever its run: one that lacks a part was cut or written by hand. */
const PARTS = ["config", "data", "tokenizer", "weights", "streams", "project", "environment", "result"] as const;
const EMPTY: RunResult = { steps: 0, losses: {}, clipped_share: null, skipped: [], best: null, last_evaluation: null };

/**
 * The record of a run in its folder: written before step 0, kept current, closed however the run ends. A backend must have
 * started. Nothing in it says who ran it, on which host or in which folder.
 */
export class ManifestFile {
  private constructor(
    readonly path: string,
    readonly manifest: Manifest,
  ) {}

  /** Opens a session: of a new run, or of the one whose manifest is there when `firstStep` is above 0. */
  static open(
    path: string,
    facts: RunFacts,
    session: { command: string[] | null; firstStep: number; tensors: number },
  ): ManifestFile {
    const environment = environmentOf();
    const project = projectState();
    const before = session.firstStep > 0 && existsSync(path) ? readManifest(path) : undefined;
    const id = sha256([facts.config, facts.data, facts.weights.sha256]).slice(0, 16);
    const manifest = before ?? {
      format: FORMAT,
      id,
      ...facts,
      project,
      environment,
      sessions: [],
      result: { ...EMPTY },
    };
    for (const old of manifest.sessions) if (old.status === "running") old.status = "killed";
    const { environment: first, project: code } = manifest;
    manifest.sessions.push({
      started: new Date().toISOString(),
      ended: null,
      status: "running",
      command: session.command,
      first_step: session.firstStep,
      last_step: null,
      failure: null,
      peak_rss_mb: null,
      tensors: { start: session.tensors, end: null },
      environment_changes: differences(scrubbed({ environment, project }), { environment: first, project: code }),
    });
    const file = new ManifestFile(path, manifest);
    file.write();
    return file;
  }

  /** Takes up what is known by now. */
  update(result: Partial<RunResult>): void {
    Object.assign(this.manifest.result, result);
    this.write();
  }

  close(status: RunStatus, step: number, tensors: number, failure?: unknown): void {
    const session = this.manifest.sessions[this.manifest.sessions.length - 1];
    Object.assign(session, {
      ended: new Date().toISOString(),
      status,
      last_step: step,
      failure: failure === undefined ? null : failure instanceof Error ? failure.message : String(failure),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      tensors: { ...session.tensors, end: tensors },
    });
    this.write();
  }

  private write(): void {
    writeAtomically(this.path, `${JSON.stringify(scrubbed(this.manifest), null, 2)}\n`);
  }
}

/** @throws UserError where it is absent, not JSON or of another format */
export function readManifest(path: string): Manifest {
  const value = readJson(path, `the manifest ${path}`) as Partial<Manifest> | null;
  if (value?.format !== FORMAT || !Array.isArray(value.sessions))
    throw new UserError(`the manifest ${path} has the format ${value?.format ?? "none"}, wanted ${FORMAT}.`);
  const missing = PARTS.filter((part) => !isObject(value[part]));
  if (missing.length || typeof value.id !== "string")
    throw new UserError(
      `the manifest ${path} is not whole: it has no ${[...(typeof value.id === "string" ? [] : ["id"]), ...missing].join(", ")}; wanted one as \`train\` writes it.`,
    );
  return value as Manifest;
}
