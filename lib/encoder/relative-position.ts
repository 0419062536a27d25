/**
 * DeBERTa's relative positions (He et al. 2021, eq. 3; log buckets since v2): how far apart two subwords are, exactly when
 * near and in logarithmic steps when far. Position δ = i - j of a query i and a key j.
 * @see transformers, models/deberta_v2/modeling_deberta_v2.py, make_log_bucket_position
 */

/** The part of DeBERTa's configuration that says how far it sees. */
export interface RelativeSpan {
  /** Buckets in each direction; 0 or less: none, every distance up to `max_relative_positions` has its own. */
  position_buckets: number;
  max_relative_positions: number;
}

const f32 = Math.fround;

/**
 * The signed bucket of a signed distance; float32 throughout, as in torch, since `ceil` turns a last bit into a bucket.
 * @param delta i - j
 */
export function logBucket(delta: number, buckets: number, longest: number): number {
  const middle = Math.floor(buckets / 2);
  const distance = Math.abs(delta);
  if (distance <= middle) return delta;
  const share = f32(f32(Math.log(f32(distance / middle))) / f32(Math.log(f32((longest - 1) / middle))));
  return Math.sign(delta) * (Math.ceil(f32(share * (middle - 1))) + middle);
}

/** Rows of the table of relative embeddings: one for each bucket in each direction. */
export function positionRows({ position_buckets, max_relative_positions }: RelativeSpan): number {
  return 2 * (position_buckets > 0 ? position_buckets : max_relative_positions);
}

/** The table's row for δ = i - j. */
export function positionRow(delta: number, span: RelativeSpan): number {
  const { position_buckets: buckets, max_relative_positions: longest } = span;
  const rows = positionRows(span);
  const bucket = buckets > 0 && longest > 0 ? logBucket(delta, buckets, longest) : delta;
  return Math.min(rows - 1, Math.max(0, bucket + rows / 2));
}
