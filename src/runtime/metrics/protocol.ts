import { createHash } from 'node:crypto';
import { inputFailure } from '../files/index.js';

/** Facts about how a number was taken, in reading order: `{ channels: 'RGB', peak: 255 }`. */
export type ProtocolSettings = Readonly<Record<string, string | number>>;

/** How a number was taken, with a short name for it. Numbers may stand in one column only if their ids are equal. */
export interface Protocol {
  /** `psnr-1a2b3c4d`: the metric, and the first 8 digits of a SHA-256 over the settings, whatever their order. */
  readonly id: string;
  readonly settings: ProtocolSettings;
}

/** By name of the metric. */
export type Protocols = Readonly<Record<string, Protocol>>;

export function protocolOf(metric: string, settings: ProtocolSettings): Protocol {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  return { id: `${metric}-${hash.slice(0, 8)}`, settings };
}

/** `channels: RGB; peak: 255`. */
export function protocolText({ settings }: Protocol): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

/** Numbers that are to be joined into one table. */
export interface Measured {
  /** Names them in messages: a file, a variant. */
  readonly name: string;
  readonly protocols: Protocols;
}

/**
 * The protocols that all of several results share, so that they can stand in one table. A result may lack metrics of others.
 * @throws RuntimeFailure that shows both protocols of the first metric that was taken in two ways.
 */
export function requireOneProtocol(results: readonly Measured[]): Protocols {
  const shared = new Map<string, { readonly protocol: Protocol; readonly of: string }>();
  for (const { name: of, protocols } of results) {
    for (const [metric, protocol] of Object.entries(protocols)) {
      const other = shared.get(metric);
      if (other === undefined) shared.set(metric, { protocol, of });
      else if (other.protocol.id !== protocol.id) throw mixed(metric, other, { protocol, of });
    }
  }
  return Object.fromEntries([...shared].map(([metric, { protocol }]) => [metric, protocol]));
}

interface Side {
  readonly protocol: Protocol;
  readonly of: string;
}

function mixed(metric: string, a: Side, b: Side): Error {
  const names = [...new Set([...Object.keys(a.protocol.settings), ...Object.keys(b.protocol.settings)])];
  const differing = names.filter((name) => a.protocol.settings[name] !== b.protocol.settings[name]);
  const side = ({ protocol, of }: Side) => `  ${of}: ${protocol.id} (${protocolText(protocol)})`;
  return inputFailure(
    [
      `${metric} was taken by two protocols, and its numbers cannot stand in one table:`,
      side(a),
      side(b),
      `They differ in ${differing.join(', ')}. Measure both sides in the same way (\`mfnc metrics\` on the images), or show them in two tables.`,
    ].join('\n'),
  );
}
