import { readResults, requireOneProtocol } from '../runtime/metrics/index.js';
import { CommandFailure } from './failure.js';
import { formatScores, type ResultFormat } from './metrics-table.js';

/** The means of several files of results in one table. @throws RuntimeFailure where their protocols, or their images, differ. */
export async function compareResults(paths: readonly string[], format: ResultFormat): Promise<string> {
  const all = await Promise.all(paths.map(async (name) => ({ name, ...(await readResults(name)) })));
  const protocols = requireOneProtocol(all);
  const [first, ...others] = all.map(({ name, images }) => ({ name, images: images.map((image) => image.name) }));
  const other = others.find(({ images }) => JSON.stringify(images) !== JSON.stringify(first?.images));
  if (first !== undefined && other !== undefined) {
    const lonely = [first, other].flatMap(({ name, images }, i, sides) =>
      images.filter((image) => !sides[1 - i]?.images.includes(image)).map((image) => `${image} (only in ${name})`),
    );
    throw new CommandFailure(
      2,
      `${first.name} and ${other.name} are means over different images (${first.images.length} and ${other.images.length}): ${lonely.slice(0, 3).join(', ')}${lonely.length > 3 ? ', ...' : ''}`,
      'measure the same images on both sides',
    );
  }
  if (format.json === true)
    return `${JSON.stringify({ results: all.map(({ name, mean, images }) => ({ file: name, images: images.length, mean })), protocols }, null, 2)}\n`;
  return formatScores(
    {
      subject: 'results',
      facts: ['images'],
      groups: [{ key: 'mean' }],
      rows: all.map(({ name, mean, images }) => ({ name, facts: [String(images.length)], scores: { mean } })),
      protocols,
      notes: [],
    },
    format,
  );
}
