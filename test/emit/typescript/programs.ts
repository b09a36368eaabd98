/** Small programs that together hold the constructs of the language; each takes a picture `x` and gives a picture `y`. */
export const programs: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  'families with two indices, nested repeats and labels': `mfn 1
import { conv, deconv } from "std/blocks"
block Grid(width: int, depths: int[]) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  for i in 1..length(depths) {
    f[i] = (if i == 1 then x else f[i - 1]) |> repeat(depths[i]) as layer { conv(width, 3) |> relu }
    g[i] = f[i] |> repeat(2) { conv(width, 1) as a |> conv(width, 1) as b }
    h[i] = f[i] |> conv(width, 1) |> conv(width, 1)
    m[i, i] = h[i] |> repeat(2) as outer { repeat(2) as inner { conv(width, 1) |> tanh } |> conv(width, 1) as last }
    for j in 1..<i { m[j, i] = m[j, i - 1] + m[i, i] }
  }
  s = [for i in 1..length(depths): g[i] |> conv(2, 1)]
  y = [s, h[1], m[1, 2]] |> conv(C, 1)
}
model Net {
  in  x: image
  out y: image
  shared = conv(3, 3)
  y = x |> shared |> Grid(4, [1, 2]) as stack |> shared
}
`,
  'pooling, depthwise, dilation, paddings': `mfn 1
import { conv, depthwise_conv } from "std/blocks"
model Net(width: int = 4) {
  in  x: image
  out y: image
  a = x |> conv(width, 3, dilation: 2) as dilated |> leaky_relu(0.1)
  b = a |> depthwise_conv(3, dilation: 2) as depth
  c = b |> avg_pool(size: [3, 3], strides: [1, 1], padding: "same") |> max_pool(size: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1])
  d = c |> pad([[0, 0], [1, 1], [1, 1], [0, 0]], mode: "reflect") |> pad([[0, 0], [1, 0], [0, 1], [0, 0]], mode: "symmetric")
        |> pad([[0, 0], [1, 1], [1, 1], [0, 0]], mode: "replicate") |> conv(width, 6, padding: "valid") as valid
  e = d |> pad([[0, 0], [0, 0], [0, 0], [0, 1]], value: 0.5) |> conv(4 * width, 3, stride: 2) as down |> pixel_shuffle(2)
  f = e |> space_to_depth(2) |> depth_to_space(2) |> average_pool(2) |> conv(4 * width, 1) as up |> pixel_shuffle(2)
  g = f * global_average_pool(f) + global_max_pool(f) - softmax(f, [3])
  y = [g, reverse(c, axes: [1]), slice(pad(c, [[0, 0], [1, 1], [1, 1], [0, 0]]), begin: [0, 2, 2, 0], size: shape(c))] |> conv(3, 1) as out
}
`,
  'functions, namespaces, conditions, lists of lists': `mfn 1
import { conv, pyramid } from "std/blocks"
let kinds = [[1, 2], [3, 4]]
let scale = 2 ^ 3 / 4 + 7 % 4
namespace curves {
  /// A soft step.
  function soft(x: tensor, steepness: float = 2.0) {
    let scaled = x * steepness
    return sigmoid(scaled) * 2 - 1
  }
  function hard(x: tensor) = clip(x, -1, 1)
}
function blend(a: tensor, b: tensor, share: float = 0.5, swap: bool = false) =
  if swap then b * share + a * (1 - share) else a * share + b * (1 - share)
block Mixer(width: int, mode: string = "soft", on: bool = true) {
  in  x: [B, H, W, C]
  in  z: [B, H, W, C]
  out y: [B, H, W, C]
  out means: tensor
  weight gate: [1, 1, 1, C] = constant(0.5)
  weight bias: [C] = normal(0.1)
  let chosen = if mode == "soft" and not (width < 2) or on then 1 else 2
  mixed = blend(x * gate, z + bias, share: 0.25, swap: chosen == 1)
  y = if mode == "soft" then curves.soft(mixed, steepness: 1.5) else curves.hard(mixed)
  means = reduce_mean(y, axes: [1, 2])
}
model Net(width: int = 4) {
  in  x: image
  in  other: image
  out y: image
  out means: tensor
  g = pyramid(x, 2)
  let taps = [for row in kinds: [for tap in row: tap / total(row)]]
  mixer = Mixer(width)
  first = mixer(x, other)
  second = mixer(first.y, other)
  small = g[2] |> conv(12, 1) as small |> pixel_shuffle(2)
  y = second.y * taps[1][2] + small * scale - (first.y > 0) * 0.5 + select(x >= 0, x, other) + maximum(x, other) / max(2, width)
        + abs(x - other) * minimum(x, reduce_mean(abs(x), axes: [1, 2], keepdims: true)) - maximum(x, 0.1)
  means = second.means
}
`,
  'recursion and a module of its own': {
    'main.mfn': `mfn 1
import { Unet as Deep, twice } from "./parts.mfn"
model Net {
  in  x: image
  out y: image
  y = twice(x) |> Deep(2, 4)
}
`,
    'parts.mfn': `mfn 1
import { conv } from "std/blocks"
function twice(x: tensor) = 2 * x
block Unet(depth: int, width: int) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  a = x |> conv(width, 3) as enter |> relu
  b = if depth == 0 then a else a |> conv(width, 3, stride: 2) as down |> Unet(depth - 1, width) as inner |> conv(4 * width, 1) as up |> pixel_shuffle(2)
  y = [a, b] |> conv(C, 1) as leave
}
`,
  },
  'instances in families and lists, loops over lists': `mfn 1
import { conv, dense } from "std/blocks"
model Net(widths: int[] = [4, 4]) {
  in  x: image
  out y: image
  for i in 1..length(widths) { layer[i] = conv(widths[i], 3) }
  head = if length(widths) > 1 then conv(3, 1) else conv(3, 3)
  h[0] = x
  for i in 1..length(widths) {
    h[i] = layer[i](h[i - 1]) |> relu
  }
  for w in [2, 3] { part[w] = x * w }
  code = reduce_mean(h[1], axes: [1, 2]) |> dense(4) as code |> softplus
  scaled = h[2] * reshape(code, shape: [shape(x)[1], 1, 1, 4])
  y = head(scaled) + part[2] * part[3] + transpose(x, permutation: [0, 1, 2, 3]) - broadcast_to(reduce_max(x, axes: [1, 2, 3], keepdims: true), shape: shape(x)) ^ 2
}
`,
  'windows, products of matrices, slices by index, weights that are left out': `mfn 1
import { conv, dense } from "std/blocks"
block Windows(size: int, heads: int = 2, biased: bool = false) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  weight table: [1, 3, heads] = truncated_normal(0.5)
  weight offset: [C] = if biased then ones() else none()
  let rows = (H + -H % size) / size
  let columns = (W + -W % size) / size
  let area = size ^ 2
  whole = pad(x, [[0, 0], [0, -H % size], [0, -W % size], [0, 0]])
  tokens = whole |> reshape([B, rows, size, columns, size, C]) |> transpose([0, 1, 3, 2, 4, 5]) |> reshape([B, rows * columns, area, C])
  q = tokens |> dense(C, biased: false) |> reshape([B, rows * columns, area, heads, C / heads]) |> transpose([0, 1, 3, 2, 4])
  bias = table |> gather([for i in 0..<area ^ 2: i % 3], axis: 1) |> reshape([1, 1, area, area, heads]) |> transpose([0, 1, 4, 2, 3])
  mixed = matmul(softmax(matmul(q, q, transpose_b: true) + bias, [4]), q) |> transpose([0, 1, 3, 2, 4]) |> reshape([B, rows * columns, area, C])
  folded = (if biased then mixed + offset else mixed) * erf(mixed)
           |> reshape([B, rows, columns, size, size, C]) |> transpose([0, 1, 3, 2, 4, 5]) |> reshape([B, rows * size, columns * size, C])
  y = slice(folded, begin: [0, 0, 0, 0], size: [B, H, W, C])
}
model Net {
  in  x: image
  out y: image
  a = x |> conv(4, 3, biased: false) as first |> Windows(3) as one |> Windows(2, biased: true) as two
  products = matmul(reshape(a, shape: [shape(x)[1], shape(x)[2] * shape(x)[3], 4]), [[1, 0, 2], [0, 1, 0], [3, 0, 1], [1, 1, 1]])
  y = reshape(products, shape: shape(x)) / 4
}
`,
  'attention, normalisations and activations of the library, a chain that starts with any tensor': `mfn 1
import { WindowAttention, TransposedAttention, GatedFeedForward, FeedForward, DynamicConv } from "std/attention"
import { LayerNorm, BiasFreeLayerNorm, GroupNorm, InstanceNorm } from "std/normalization"
import { PReLU, gelu, gelu_tanh, silu, mish, elu, hard_sigmoid, hard_swish } from "std/activations"
import { conv } from "std/blocks"
model Net(width: int = 8) {
  in  x: image
  out y: image
  a = x |> conv(width, 3)
  b = a + (a |> LayerNorm() |> WindowAttention(2, 4) as plain)
  c = b + (b |> LayerNorm() |> WindowAttention(2, 4, shift: 2) as shifted)
  d = c + (c |> BiasFreeLayerNorm() |> TransposedAttention(2))
  e = d + (d |> GroupNorm(2) |> GatedFeedForward())
  f = e + (e |> InstanceNorm() |> FeedForward(16))
  g = f |> DynamicConv(width, 3) |> PReLU() |> PReLU(per_channel: true) as other
  h = g |> LayerNorm() as start |> repeat(2) as turn { conv(width, 3) |> relu }
  y = gelu(h) + gelu(g) + gelu_tanh(g) + silu(g) + mish(g) + elu(g) + hard_sigmoid(g) + hard_swish(g) + maximum_pool(g, 3, stride: 1, padding: "same") |> conv(3, 1)
}
`,
};
