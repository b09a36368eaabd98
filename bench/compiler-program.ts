/**
 * A program of about so many lines, as a generator would write it: blocks of twenty lines with weights, loops, pipes and functions, and a model that
 * applies each of them once.
 */
export function generatedProgram(lines: number): string {
  const blocks = Math.max(1, Math.round(lines / 21));
  const numbers = Array.from({ length: blocks }, (_, i) => i + 1);
  return `mfn 1
import { conv } from "std/blocks"

${numbers.map(block).join('\n\n')}

model Generated {
  in  x: image in [-1, 1]
  out y: image

  v[0] = x |> conv(8, 3) as first
${numbers.map((i) => `  v[${i}] = v[${i - 1}] |> Block${i}(${1 + (i % 3)}) as block${i}`).join('\n')}
  y = v[${blocks}] |> conv(3, 3) as last
}
`;
}

const block = (i: number): string => `/// Number ${i} of many.
block Block${i}(depth: int, width: int = 8, slope: float = 0.${1 + (i % 9)}) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]

  weight scale: [C] = constant(${1 + (i % 4)})
  weight shift: [C] = zeros()
  let wide = if width > 4 and not (depth == 7) then 2 * width else width + 1

  f[0] = x |> conv(wide, 3) as open |> relu
  for k in 1..depth {
    f[k] = (f[k - 1] + slope * f[0]) |> conv(wide, 1)
  }
  gates = [for k in 0..depth: sigmoid(f[k]) * f[k]]
  mixed = gates |> conv(C, 1) as mix
  bent = leaky_relu(mixed * scale + shift, 0.2) - ${i} / ${i + 1}
  // What comes out is between -1 and 1.
  bounded = clip(tanh(bent) ^ 2 - 0.5, -1, 1)
  y = x + bounded * shift_of_${i}(slope, depth)
}
function shift_of_${i}(slope: float, depth: int) = min(slope, 1 / depth) * 0.5 + ${i % 7}`;
