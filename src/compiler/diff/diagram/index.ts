import type { Diagram, Panel } from '../../4-emit/diagram/index.js';
import type { Comparison } from '../comparison.js';
import type { InstancePair } from '../instance-diff.js';
import { type InstanceTree, instanceTree } from '../instances.js';
import { matchInstances } from '../match-instances.js';
import type { ModelFacts, StageDiff } from '../model-diff.js';
import { rangesOfNames } from '../ranges-of-names.js';
import { durationText } from '../training-diff.js';
import { markedGraph } from './marked-graph.js';

/** The block graph of both models, what differs marked: the model, then each block that differs in itself, then each stage that does. */
export const diffDiagram = (comparison: Comparison): Diagram => {
  const { diff, pairs } = comparison;
  const size = `${diff.size.height} x ${diff.size.width}`;
  return {
    title: `${diff.a.label} → ${diff.b.label}`,
    subtitles: [
      `A: ${factsText(diff.a)}`,
      `B: ${factsText(diff.b)}`,
      `Boxes are instances of blocks and calls of functions, with shapes and compute on one picture of ${size} (height x width); in stages, on one patch.`,
    ],
    legend: [
      { mark: 'same', text: 'equal in A and B' },
      { mark: 'changed', text: 'in both, changed (A → B)' },
      { mark: 'removed', text: 'only in A' },
      { mark: 'added', text: 'only in B' },
    ],
    panels: [modelPanel(comparison), ...blockPanels(pairs, comparison), ...stagePanels(comparison)],
  };
};

const factsText = ({ label, model, parameters, macs, flops }: ModelFacts): string =>
  `${label}, model ${model}: ${parameters.toLocaleString('en-US')} parameters, ${(macs / 1e9).toFixed(3)} GMACs, ${(flops / 1e9).toFixed(3)} GFLOPs`;

const outputsOf = (...trees: readonly (InstanceTree | undefined)[]): string[] => [
  ...new Set(trees.flatMap((tree) => tree?.definition.outputs.map(({ name }) => name) ?? [])),
];

const modelPanel = ({ diff, treeOfA: a, treeOfB: b, fingerprints }: Comparison): Panel => ({
  title: `model ${[...new Set([diff.a.model, diff.b.model])].join(' → ')}`,
  subtitle: diff.instances.length === 0 && diff.blocks.length === 0 ? 'the same network' : '',
  ...markedGraph({ a, b, outputs: outputsOf(a, b), match: matchInstances(a, b, fingerprints) }, fingerprints),
});

/** A panel for each block whose own picture differs; one for all instances that differ alike. */
const blockPanels = (pairs: readonly InstancePair[], { fingerprints }: Comparison): Panel[] => {
  const panels = new Map<string, { readonly panel: Omit<Panel, 'subtitle'>; readonly places: string[] }>();
  for (const { a, b, match } of pairs) {
    if (a.path === '' || a.children.length + b.children.length === 0) continue;
    const graph = markedGraph({ a, b, outputs: outputsOf(a, b), match }, fingerprints);
    const title = `block ${[...new Set([a.definition.block, b.definition.block])].join(' → ')}`;
    // Figures may differ from place to place, what is done may not.
    const key = JSON.stringify([title, graph.nodes.map((node) => [node.title, node.mark]), graph.edges]);
    const known = panels.get(key);
    const place = a.path === b.path ? a.path : `${a.path} → ${b.path}`;
    if (known) known.places.push(place);
    else panels.set(key, { panel: { title, ...graph }, places: [place] });
  }
  return [...panels.values()].map(({ panel, places }) => ({ ...panel, subtitle: `as ${placesText(places)}` }));
};

const placesText = (places: readonly string[]): string => {
  const parts = rangesOfNames(places);
  return parts.length > 5
    ? `${parts.slice(0, 4).join(', ')} and ${parts.length - 4} more; the figures are those of the first`
    : parts.join(', ');
};

const stagePanels = ({ diff, a, b, fingerprints }: Comparison): Panel[] =>
  (diff.training?.stages ?? []).flatMap((stage): Panel[] => {
    const [left, right] = [stageTree(a, stage.name, fingerprints.a), stageTree(b, stage.name, fingerprints.b)];
    const outputs = [
      ...[a, b].flatMap(({ ir }) => ir.training?.stages.find(({ name }) => name === stage.name)?.minimizers.map(({ loss }) => loss) ?? []),
      ...stage.logged.map(({ name }) => name),
    ];
    const match = left && right ? matchInstances(left, right, fingerprints) : { pairs: [], removed: [], added: [] };
    const graph = markedGraph({ a: left, b: right, outputs, match }, fingerprints);
    return [{ title: `stage ${stage.name}`, subtitle: stageText(stage, [a, b]), ...graph }];
  });

const stageTree = ({ ir }: Comparison['a'], name: string, fingerprints: Comparison['fingerprints']['a']): InstanceTree | undefined => {
  const stage = ir.training?.stages.find((candidate) => candidate.name === name);
  const [H, W] = ir.training?.patch ?? [1, 1];
  return stage && instanceTree(ir, stage.definition, fingerprints, { B: 1, H, W });
};

/** '40 epochs, only in A' */
const stageText = ({ name, change }: StageDiff, sides: readonly Comparison['a'][]): string => {
  const durations = sides.flatMap(({ ir }) => {
    const stage = ir.training?.stages.find((candidate) => candidate.name === name);
    return stage ? [durationText(stage)] : [];
  });
  const where = change === 'changed' ? '' : `, only in ${change === 'added' ? 'B' : 'A'}`;
  return `for ${[...new Set(durations)].join(' → ')}${where}`;
};
