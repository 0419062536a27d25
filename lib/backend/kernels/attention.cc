/**
 * Self-attention of packed rows, text by text and head by head, without padding; nothing of size T x T outlives a block of
 * rows. The gradient makes the probabilities anew from the logarithm of each row's sum (Dao et al. 2022, FlashAttention):
 *
 *     S = Q Kᵀ     P = exp(S - l), l_i = log Σ_j exp(S_ij)     P' = dropout(P)     O = P' V
 *     dV = P'ᵀ dO     dP' = dO Vᵀ     dS = P' dP' - P Σ dO O     dQ = dS K     dK = dSᵀ Q
 *
 * With what distances say on top (positions.h) it is DeBERTa's.
 */
#include "op.h"
#include "pool.h"
#include "positions.h"
#include "product.h"
#include "rows.h"
#include "vector.h"

/** One text of L rows, starting at row `start`; `mask` is its part [heads, T, T] of the whole one. */
struct Text {
  long start, length;
  const bool* mask;
};

struct AttentionShape {
  /** Width of all heads, heads, width of one, and the size of a mask's side. */
  long H, heads, d, T;
  float factor;
};

KERNEL(attendHead, (const AttentionShape& s, const Text& text, long head, const HeadPositions& positions, const float* qkv, float* context, float* logs, float* memory))
KERNEL(attendGradient, (const AttentionShape& s, const Text& text, long head, const HeadPositions& positions, const float* qkv, const float* context, const float* logs, const float* dy, float* dqkv, float* memory))

namespace LEVEL {

/** Copies a head's [L, d] out of rows that are `stride` apart, filled up with zeros to `wide` columns. */
static inline void gather(const float* from, long stride, long L, long d, long wide, float* to) {
  for (long i = 0; i < L; i++) {
    for (long c = 0; c < d; c++) to[i * wide + c] = from[i * stride + c];
    for (long c = d; c < wide; c++) to[i * wide + c] = 0;
  }
}

/** The same transposed: [d, longer]. Sixteen rows at a time: a column of all of them has no place near the processor. */
static inline void gatherTransposed(const float* from, long stride, long L, long d, long longer, float* to) {
  for (long i = 0; i < longer; i += 16)
    for (long c = 0; c < d; c++)
      for (long k = i; k < i + 16; k++) to[c * longer + k] = k < L ? from[k * stride + c] : 0;
}

void attendHead(const AttentionShape& s, const Text& text, long head, const HeadPositions& positions, const float* qkv, float* context, float* logs, float* memory) {
  const long L = text.length, stride = 3 * s.H, wide = rounded(s.d), longer = rounded(L);
  const float* base = qkv + text.start * stride + head * s.d;
  float *keys = memory, *values = keys + s.d * longer, *scores = values + longer * wide, *out = scores + BLOCK * longer, *band = out + BLOCK * wide;
  gatherTransposed(base + s.H, stride, L, s.d, longer, keys);
  gather(base + 2 * s.H, stride, L, s.d, wide, values);
  for (long i = 0; i < L; i += BLOCK) {
    const long rows = L - i < BLOCK ? L - i : BLOCK;
    product(rows, longer, s.d, {base + i * stride, stride, 1}, keys, longer, scores, longer, false);
    addPositions(positions, i, rows, L, s.d, {base, stride, 1}, {base + s.H, stride, 1}, scores, longer, band);
    for (long r = 0; r < rows; r++) {
      float* row = scores + r * longer;
      F most = splat(row[0]);
      for (long j = 0; j < L; j += W) {
        F v = at(row, j, L);
        if (j + W > L) for (long k = L - j; k < W; k++) v[k] = row[0];
        most = v > most ? v : most;
      }
      float top = most[0];
      for (int k = 1; k < W; k++) top = most[k] > top ? most[k] : top;
      F total = {};
      for (long j = 0; j < longer; j += W) {
        F p = exponential(load(row + j) - top);
        if (j + W > L) for (long k = L > j ? L - j : 0; k < W; k++) p[k] = 0;
        total += p;
        store(row + j, p);
      }
      const float whole = sum(total), scale = 1.f / whole;
      if (logs) logs[(text.start + i + r) * s.heads + head] = top + __builtin_logf(whole);
      const bool* kept = text.mask ? text.mask + (head * s.T + i + r) * s.T : nullptr;
      for (long j = 0; j < L; j += W) {
        F p = at(row, j, L) * scale;
        if (kept) p = keptOf(kept + j, L - j) ? p * s.factor : F{};
        put(row, j, L, p);
      }
    }
    product(rows, wide, L, {scores, longer, 1}, values, wide, out, wide, false);
    for (long r = 0; r < rows; r++)
      for (long c = 0; c < s.d; c++) context[(text.start + i + r) * s.H + head * s.d + c] = out[r * wide + c];
  }
}

void attendGradient(const AttentionShape& s, const Text& text, long head, const HeadPositions& positions, const float* qkv, const float* context, const float* logs, const float* dy, float* dqkv, float* memory) {
  const long L = text.length, stride = 3 * s.H, wide = rounded(s.d), longer = rounded(L), square = longer * wide;
  const float *base = qkv + text.start * stride + head * s.d, *dRows = dy + text.start * s.H + head * s.d;
  const float* outRows = context + text.start * s.H + head * s.d;
  float* next = memory;
  const auto take = [&next](long size) { return (next += size) - size; };
  float *keysT = take(square), *valuesT = take(square), *keys = take(square), *queries = take(square), *dOut = take(square);
  float *dKeys = take(square), *dValues = take(square), *dQueries = take(BLOCK * wide);
  float *scores = take(BLOCK * longer), *weights = take(BLOCK * longer), *dWeights = take(BLOCK * longer), *band = next;
  gather(base, stride, L, s.d, wide, queries);
  gather(base + s.H, stride, L, s.d, wide, keys);
  gatherTransposed(base + s.H, stride, L, s.d, longer, keysT);
  gatherTransposed(base + 2 * s.H, stride, L, s.d, longer, valuesT);
  gather(dRows, s.H, L, s.d, wide, dOut);
  for (long i = 0; i < L; i += BLOCK) {
    const long rows = L - i < BLOCK ? L - i : BLOCK;
    product(rows, longer, s.d, {queries + i * wide, wide, 1}, keysT, longer, scores, longer, false);
    addPositions(positions, i, rows, L, s.d, {queries, wide, 1}, {keys, wide, 1}, scores, longer, band);
    product(rows, longer, s.d, {dOut + i * wide, wide, 1}, valuesT, longer, dWeights, longer, false);
    for (long r = 0; r < rows; r++) {
      const float *o = outRows + (i + r) * s.H, *d = dOut + (i + r) * wide;
      float rowSum = 0;
      for (long c = 0; c < s.d; c++) rowSum += d[c] * o[c];
      const float log = logs[(text.start + i + r) * s.heads + head];
      const bool* kept = text.mask ? text.mask + (head * s.T + i + r) * s.T : nullptr;
      float *row = scores + r * longer, *weight = weights + r * longer, *dWeight = dWeights + r * longer;
      for (long j = 0; j < L; j += W) {
        const F p = exponential(at(row, j, L) - log);
        const F w = kept ? (keptOf(kept + j, L - j) ? p * s.factor : F{}) : p;
        put(weight, j, L, w);
        put(row, j, L, w * at(dWeight, j, L) - p * rowSum);
      }
    }
    product(rows, wide, L, {scores, longer, 1}, keys, wide, dQueries, wide, false);
    product(L, wide, rows, {scores, 1, longer}, queries + i * wide, wide, dKeys, wide, i > 0);
    product(L, wide, rows, {weights, 1, longer}, dOut + i * wide, wide, dValues, wide, i > 0);
    positionGradient(positions, i, rows, L, wide, scores, longer, {queries, keys, dQueries, dKeys}, band);
    for (long r = 0; r < rows; r++)
      for (long c = 0; c < s.d; c++) dqkv[(text.start + i + r) * stride + head * s.d + c] = dQueries[r * wide + c];
  }
  for (long r = 0; r < L; r++)
    for (long c = 0; c < s.d; c++) {
      float* row = dqkv + (text.start + r) * stride + head * s.d + c;
      row[s.H] = dKeys[r * wide + c];
      row[2 * s.H] = dValues[r * wide + c];
    }
}

}  // namespace LEVEL

#ifdef BASE

namespace {

/** The layout: heads, T, with positions the place of each part in a table's row and the row of each distance, then the rows of each text. */
struct Layout {
  AttentionShape shape;
  Text* texts = nullptr;
  long count = 0, rows = 0, longest = 0;
  /** Of the table: its rows, parts a row, their places (-1: none), and the row of each distance from 1 - T to T - 1. */
  long tableRows = 0, parts = 0, place[2] = {-1, -1};
  const int32_t* rowOf = nullptr;
  ~Layout() { free(texts); }

  bool read(Call& call, const Input& qkv, const Input& table, const Input& ints, const bool* mask, int64_t maskCount, float factor) {
    if (!call.check(ints.count >= 2, "attention wants heads, the side of its mask, and the rows of each text")) return false;
    const int32_t* numbers = ints.ints();
    const long heads = numbers[0], T = numbers[1], H = qkv.width / 3;
    if (!call.check(heads > 0 && T >= 0 && qkv.width == 3 * H && H % heads == 0, "attention: qkv [N, 3 H] has not heads of equal width"))
      return false;
    shape = {H, heads, H / heads, T, factor};
    long first = 2;
    if (table.tensor && !readTable(call, table, ints, &first)) return false;
    count = ints.count - first;
    texts = static_cast<Text*>(malloc((count + 1) * sizeof(Text)));
    bool fits = !mask || maskCount == count * heads * T * T;
    for (long b = 0; b < count; b++) {
      const long length = numbers[first + b];
      fits = fits && length >= 0 && ((!mask && !rowOf) || length <= T);
      texts[b] = {rows, length, mask ? mask + b * heads * T * T : nullptr};
      rows += length;
      if (length > longest) longest = length;
    }
    return call.check(fits && rows <= qkv.rows, "attention: the rows of the texts do not fit qkv [N, 3 H] or the mask [B, h, T, T]");
  }

  bool readTable(Call& call, const Input& table, const Input& ints, long* first) {
    const int32_t* numbers = ints.ints();
    const long distances = shape.T > 0 ? 2 * shape.T - 1 : 0;
    tableRows = table.rows;
    parts = table.width / shape.H;
    bool fits = table.width == parts * shape.H && ints.count >= 4 + distances;
    for (int p = 0; p < 2 && fits; p++) {
      place[p] = numbers[2 + p];
      fits = place[p] < parts;
    }
    rowOf = numbers + 4;
    for (long i = 0; i < distances && fits; i++) fits = rowOf[i] >= 0 && rowOf[i] < tableRows;
    *first = 4 + distances;
    return call.check(fits, "attention: the parts or the rows of its distances are not those of the table [U, P H]");
  }

  /** Floats that the positions of a head take. */
  long positionFloats(bool gradient) const {
    if (!rowOf) return 0;
    return 2 * tableFloats() * (gradient ? 3 : 1);
  }
  long tableFloats() const { return spanOf(longest) * rounded(shape.d); }

  /** Lays out what distances say to a head: by columns for scores, and with a gradient also by rows, with room for their own. */
  HeadPositions positions(const float* table, long head, float* memory, bool gradient) const {
    HeadPositions made{};
    if (!rowOf) return made;
    const long span = spanOf(longest), wide = rounded(shape.d), size = tableFloats();
    memset(memory, 0, positionFloats(gradient) * sizeof(float));
    made.longest = longest, made.span = span;
    for (int p = 0; p < 2; p++) {
      if (place[p] < 0) continue;
      DistanceTable& own = p == 0 ? made.keys : made.queries;
      own.columns = memory + p * size;
      if (gradient) own.rows = memory + (2 + p) * size, own.gradient = memory + (4 + p) * size;
      // Sixteen distances at a time, as `gatherTransposed` does.
      for (long first = 0; first + 1 < 2 * longest; first += 16) {
        const float* of[16];
        long count = 0;
        for (; count < 16 && first + count + 1 < 2 * longest; count++)
          of[count] = table + rowAt(p, first + count) * parts * shape.H + place[p] * shape.H + head * shape.d;
        for (long k = 0; k < shape.d; k++)
          for (long c = 0; c < count; c++) own.columns[k * span + first + c] = of[c][k];
        for (long c = 0; gradient && c < count; c++) memcpy(own.rows + (first + c) * wide, of[c], shape.d * sizeof(float));
      }
    }
    return made;
  }

  /** Adds a head's gradients by distance to those of the table's rows. */
  void addTableGradient(const HeadPositions& made, long head, float* dTable) const {
    const long wide = rounded(shape.d);
    for (int p = 0; p < 2; p++) {
      const DistanceTable& own = p == 0 ? made.keys : made.queries;
      if (!own.gradient) continue;
      for (long c = 0; c + 1 < 2 * longest; c++) {
        float* row = dTable + rowAt(p, c) * parts * shape.H + place[p] * shape.H + head * shape.d;
        for (long k = 0; k < shape.d; k++) row[k] += own.gradient[c * wide + k];
      }
    }
  }

 private:
  /** The table's row of a column: of keys the distances fall, of queries they rise. */
  long rowAt(int part, long column) const {
    const long distance = part == 0 ? longest - 1 - column : column - (longest - 1);
    return rowOf[distance + shape.T - 1];
  }
};

/** Calls body(text, head, positions, memory) for all of them, with `floats` of working memory a thread; a table's gradient wants a head on one. */
template <typename Body>
void everyHead(const Layout& layout, long floats, const float* table, float* dTable, const Body& body) {
  const long heads = layout.shape.heads, count = layout.count, together = dTable ? count : 1;
  // A thread is worth it from some 30 microseconds of products on.
  const long work = together * layout.longest * layout.longest * layout.shape.d, own = layout.positionFloats(dTable);
  parallel(dTable ? heads : count * heads, 1 + 300000 / (work + 1), [&](long from, long to) {
    float* memory = static_cast<float*>(aligned_alloc(64, ((floats + own) * sizeof(float) + 63) / 64 * 64));
    HeadPositions positions{};
    for (long i = from * together; i < to * together; i++) {
      const long head = i / count, b = i % count;
      if (b == 0 || i == from * together) positions = layout.positions(table, head, memory + floats, dTable);
      if (layout.texts[b].length > 0) body(layout.texts[b], head, positions, memory);
      if (dTable && b + 1 == count) layout.addTableGradient(positions, head, dTable);
    }
    free(memory);
  });
}

/** A band of BLOCK rows and a text's distances, where there are positions. */
long bandFloats(const Layout& layout) { return layout.rowOf ? BAND_ROWS * (rounded(layout.longest) + BAND_ROWS + 16) : 0; }

}  // namespace

/** floats: qkv [N, 3 H], with positions table [U, P H]; ints: layout; masks: [B, h, T, T] -> context [N, H], l [N, h] where kept. Rows of no text are 0. */
static void computeAttention(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const Attributes& own = *static_cast<Attributes*>(attributes);
  const bool hasMask = own.flags & HAS_MASK, keeps = own.flags & KEEPS, hasTable = own.flags & POSITIONS;
  int next = 1;
  const Input qkv = call.input(0), table = hasTable ? call.input(next++) : Input{}, ints = call.input(next++);
  const Input mask = hasMask ? call.input(next) : Input{};
  Layout layout;
  if (!layout.read(call, qkv, table, ints, hasMask ? mask.bools() : nullptr, mask.count, own.factor)) return;
  const AttentionShape& s = layout.shape;
  float* out = call.floats(0, qkv.rows, s.H);
  float* logs = call.floats(1, keeps ? qkv.rows : 0, s.heads);
  if (call.failed()) return;
  const long left = qkv.rows - layout.rows;
  memset(out + layout.rows * s.H, 0, left * s.H * sizeof(float));
  if (keeps) memset(logs + layout.rows * s.heads, 0, left * s.heads * sizeof(float));
  const float* from = qkv.floats();
  const auto kernel = PICK(attendHead);
  const long L = rounded(layout.longest), d = rounded(s.d), floats = 2 * L * d + 48 * (L + d) + bandFloats(layout);
  everyHead(layout, floats, hasTable ? table.floats() : nullptr, nullptr, [&](const Text& text, long head, const HeadPositions& positions, float* memory) {
    kernel(s, text, head, positions, from, out, keeps ? logs : nullptr, memory);
  });
}

/** floats: dy [N, H], qkv, context, l, with positions table; ints: layout; masks -> dqkv [N, 3 H], with positions dTable [U, P H] */
static void computeAttentionGradient(void* attributes, TF_OpKernelContext* opContext) {
  Call call(opContext);
  const Attributes& own = *static_cast<Attributes*>(attributes);
  const bool hasMask = own.flags & HAS_MASK, hasTable = own.flags & POSITIONS;
  const Input dy = call.input(0), qkv = call.input(1), context = call.input(2), logs = call.input(3);
  int next = 4;
  const Input table = hasTable ? call.input(next++) : Input{}, ints = call.input(next++);
  const Input mask = hasMask ? call.input(next) : Input{};
  Layout layout;
  if (!layout.read(call, qkv, table, ints, hasMask ? mask.bools() : nullptr, mask.count, own.factor)) return;
  const AttentionShape& s = layout.shape;
  if (!call.check(dy.count == qkv.rows * s.H && context.count == dy.count && logs.count == qkv.rows * s.heads,
                  "attention's gradient: dy [N, H], context [N, H] and l [N, h] do not fit"))
    return;
  float* dqkv = call.floats(0, qkv);
  float* dTable = call.floats(1, layout.tableRows, layout.parts * s.H);
  if (call.failed()) return;
  memset(dqkv + layout.rows * qkv.width, 0, (qkv.rows - layout.rows) * qkv.width * sizeof(float));
  memset(dTable, 0, table.count * sizeof(float));
  const float *d = dy.floats(), *from = qkv.floats(), *out = context.floats(), *l = logs.floats();
  const auto kernel = PICK(attendGradient);
  const long L = rounded(layout.longest), wide = rounded(s.d), floats = 7 * L * wide + 48 * (wide + 3 * L) + bandFloats(layout);
  everyHead(layout, floats, hasTable ? table.floats() : nullptr, hasTable ? dTable : nullptr, [&](const Text& text, long head, const HeadPositions& positions, float* memory) {
    kernel(s, text, head, positions, from, out, l, d, dqkv, memory);
  });
}

void registerAttention() {
  static const char* const inputs[] = {"floats: F * float", "layout: int32", "masks: M * bool", nullptr};
  static const char* const outputs[] = {"context: float", "logs: float", nullptr};
  static const char* const gradients[] = {"dqkv: float", "table: float", nullptr};
  registerOp("WorkbookAttention", inputs, outputs, computeAttention);
  registerOp("WorkbookAttentionGradient", inputs, gradients, computeAttentionGradient);
}

#endif
