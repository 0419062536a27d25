/** The table from `span_mode` to the layer that turns words into spans. */
import { UserError } from "../../errors";
import { cat } from "./cat";
import { convConv } from "./conv-conv";
import { convMax } from "./conv-max";
import { convMean } from "./conv-mean";
import { convShare } from "./conv-share";
import { convSum } from "./conv-sum";
import { endpointsLayer } from "./endpoints";
import type { SpanLayer } from "./layer";
import { marker } from "./marker";
import { markerV0 } from "./marker-v0";
import { markerV1 } from "./marker-v1";
import { markerV2 } from "./marker-v2";
import { mlp } from "./mlp";
import { query } from "./query";

/**
 * Every `span_mode` of the span models: those of GLiNER 0.2.29, and `endpoints` of the first upload.
 * `token_level` chooses another model class, without spans (uni-encoder-token.ts).
 */
export const SPAN_LAYERS: Readonly<Record<string, SpanLayer>> = {
  marker,
  markerV0,
  markerV1,
  markerV2,
  query,
  mlp,
  cat,
  conv_conv: convConv,
  conv_max: convMax,
  conv_mean: convMean,
  conv_sum: convSum,
  conv_share: convShare,
  endpoints: endpointsLayer,
};

/** The layer of this `span_mode`. @throws UserError where there is none, with the modes there are */
export function spanLayer(mode: string): SpanLayer {
  if (Object.hasOwn(SPAN_LAYERS, mode)) return SPAN_LAYERS[mode];
  throw new UserError(`"span_mode" is "${mode}", wanted one of ${Object.keys(SPAN_LAYERS).join(", ")}.`);
}
