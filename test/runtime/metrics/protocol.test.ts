import { describe, expect, it } from 'vitest';
import { metrics } from '../../../src/runtime/metrics/index.js';
import { protocolOf, requireOneProtocol } from '../../../src/runtime/metrics/protocol.js';

describe('protocols', () => {
  it('have an id that depends on the settings, not on their order, and on the metric', () => {
    const a = protocolOf('psnr', { channels: 'RGB', peak: 255 });
    expect(protocolOf('psnr', { peak: 255, channels: 'RGB' }).id).toBe(a.id);
    expect(a.id).toMatch(/^psnr-[0-9a-f]{8}$/);
    expect(protocolOf('psnr', { channels: 'Y', peak: 255 }).id).not.toBe(a.id);
    expect(protocolOf('psnr', { channels: 'RGB', peak: '255' }).id).not.toBe(a.id);
    expect(new Set(metrics.map(({ name, protocol }) => protocolOf(name, protocol).id)).size).toBe(metrics.length);
  });

  it('of several results are joined where they agree', () => {
    const psnr = protocolOf('psnr', { channels: 'RGB' });
    const ssim = protocolOf('ssim', { window: 11 });
    expect(
      requireOneProtocol([
        { name: 'a', protocols: { psnr } },
        { name: 'b', protocols: { psnr: protocolOf('psnr', { channels: 'RGB' }), ssim } },
      ]),
    ).toEqual({ psnr, ssim });
  });

  it('are refused where they differ, with both sides and what differs', () => {
    const a = { name: 'a.json', protocols: { psnr: protocolOf('psnr', { channels: 'RGB', peak: 255 }) } };
    const b = { name: 'b.json', protocols: { psnr: protocolOf('psnr', { channels: 'Y', peak: 255, border: 4 }) } };
    expect(() => requireOneProtocol([a, b])).toThrow(
      new RegExp(
        [
          'psnr was taken by two protocols.*',
          `  a\\.json: ${a.protocols.psnr.id} \\(channels: RGB; peak: 255\\)`,
          `  b\\.json: ${b.protocols.psnr.id} \\(channels: Y; peak: 255; border: 4\\)`,
          'They differ in channels, border\\.',
        ].join('\n'),
      ),
    );
  });
});
