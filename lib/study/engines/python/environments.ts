/**
 * Python environments with a release of GLiNER, in the cache. Those of the old releases lie in layers (torch, transformers,
 * GLiNER), so that another release costs kilobytes.
 */
import { cacheFolder } from "../../../backend";
import type { Environment } from "../../../backend/install/venv";
import { entryOf, versionOf } from "../../../era";

/** The newest release, with the newest of everything. */
export const NEWEST: Environment = {
  folder: cacheFolder("python", "gliner-0.2.29"),
  name: "GLiNER for Python",
  requirements: ["gliner==0.2.29", "torch==2.15.0", "transformers==5.16.1", "huggingface_hub==1.33.0"],
  cost: "3 GB, ten minutes",
};

/** What all old releases stand on. setuptools: their torch still asks for pkg_resources. */
const TORCH: Environment = {
  folder: cacheFolder("eras", "torch-2.2.2"),
  name: "torch 2.2.2",
  requirements: [
    "torch==2.2.2",
    "numpy==1.26.4",
    "scipy==1.12.0",
    "scikit-learn==1.5.2",
    "safetensors==0.4.5",
    "seqeval==1.2.2",
    "sentencepiece==0.2.0",
    "onnxruntime==1.18.1",
    "setuptools==75.1.0",
    "tqdm==4.66.5",
  ],
  cost: "5 GB, ten minutes",
};

/** transformers of their days, from which release of GLiNER on. Releases that ask for "at least" would get one that drops this torch. */
const TRANSFORMERS: readonly { since: string; version: string; besides: string[]; cost: string }[] = [
  { since: "0.1.0", version: "4.38.2", besides: ["accelerate==0.28.0", "flair==0.13.1"], cost: "600 MB, some minutes" },
  { since: "0.2.3", version: "4.41.2", besides: ["accelerate==0.31.0"], cost: "140 MB, a minute" },
  { since: "0.2.9", version: "4.46.3", besides: ["accelerate==1.1.1"], cost: "140 MB, a minute" },
  { since: "0.2.23", version: "4.57.3", besides: ["accelerate==1.12.0"], cost: "140 MB, a minute" },
];

/** The environment of a release. @throws UserError where it is no version */
export function environmentOf(release: string): Environment {
  versionOf(release);
  const folder = cacheFolder("eras", `gliner-${release}`);
  if (release === "0.2.29")
    // The trainer needs accelerate, which nothing else does.
    return { folder, name: "accelerate", requirements: ["accelerate==1.15.0"], cost: "1 MB", on: NEWEST };
  const on = transformersOf(release);
  return { folder, name: `GLiNER ${release}`, requirements: [`gliner==${release}`], cost: "1 MB", on };
}

function transformersOf(release: string): Environment {
  const { version, besides, cost } = entryOf(TRANSFORMERS, release);
  return {
    folder: cacheFolder("eras", `transformers-${version}`),
    name: `transformers ${version}`,
    requirements: [`transformers==${version}`, ...besides, "numpy<2"],
    cost,
    on: TORCH,
  };
}
