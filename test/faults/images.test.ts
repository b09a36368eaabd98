import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  checkHeldOut,
  darkenFiles,
  encodeImage,
  Loader,
  measureDemand,
  pairFolders,
  readImage,
  readImageHeader,
} from '../../src/runtime/data/index.js';
import { badImages, syntheticPhotograph, writePairs } from '../support/images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const said: Record<string, RegExp> = {
  'zero.png': /is empty \(zero bytes\)/,
  'text.png': /is not an image, whatever its name says/,
  'cut.png': /truncated or damaged PNG data/,
  'cut.jpg': /truncated or damaged JPEG data/,
  'cut.webp': /truncated or damaged WEBP data/,
  'cut.bmp': /BMP image that cannot be read: it is truncated/,
  'deep.png': /has 16 bits a sample; 8 are read/,
  'print.jpg': /is a CMYK image/,
  'moving.webp': /is an animation of 2 pictures/,
  'drawing.png': /is a SVG image; PNG, JPEG, WebP and BMP are read/,
};

describe('an image that cannot be used is refused in one sentence that names it', async () => {
  const files = await badImages();
  it.each(Object.keys(said))('%s', async (name) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, files[name] as Buffer);
    for (const purpose of ['training', 'enhancement'] as const) {
      const failure = await readImage(path, purpose).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'RuntimeFailure', kind: 'input', message: expect.stringMatching(said[name] as RegExp) });
      expect((failure as Error).message.startsWith(`${path}: `)).toBe(true);
      expect((failure as Error).message.split('\n')).toHaveLength(1);
    }
  });

  it('a missing file and a folder', async () => {
    const folder = temporaryFolder();
    await expect(readImage(join(folder, 'no.png'), 'training')).rejects.toThrow(/no\.png: there is no such file/);
    await expect(readImage(folder, 'training')).rejects.toThrow(/is a folder/);
  });

  it('transparency is refused for training only, and only where some pixel is transparent', async () => {
    const folder = temporaryFolder();
    const { width, height, data } = syntheticPhotograph(20, 10, 1);
    const write = async (name: string, alpha: number) => {
      const path = join(folder, name);
      await sharp(data, { raw: { width, height, channels: 3 } })
        .ensureAlpha(alpha)
        .png()
        .toFile(path);
      return path;
    };
    const half = await write('half.png', 0.5);
    const opaque = await write('opaque.png', 1);
    await expect(readImage(half, 'training')).rejects.toThrow(/half\.png: has transparent pixels.*Flatten it/);
    expect((await readImage(half, 'enhancement')).alpha).toHaveLength(200);
    expect((await readImage(opaque, 'training')).alpha).toBeUndefined();
  });
});

describe('a folder of pairs', () => {
  it('of unequal sets names the images without a partner', async () => {
    const folder = temporaryFolder();
    const folders = await writePairs(folder, 3, 40, 30);
    writeFileSync(join(folders.low, '12.png'), 'x');
    writeFileSync(join(folders.normal, '9.png'), 'x');
    await expect(pairFolders(folders)).rejects.toThrow(
      /low and normal do not match: .*has 4 images.*has 4 images.*\n.*normal\/9\.png has no partner 9\.\* in .*low\n.*low\/12\.png has no partner 12\.\* in .*normal/,
    );
  });

  it('with two files of one name is ambiguous', async () => {
    const folder = temporaryFolder();
    const folders = await writePairs(folder, 1, 40, 30);
    writeFileSync(join(folders.low, '1.jpg'), 'x');
    await expect(pairFolders(folders)).rejects.toThrow(/1\.png: has the same name as 1\.jpg/);
  });

  it('that is empty, missing, a file, or holds no images', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'texts'));
    writeFileSync(join(folder, 'texts', 'a.txt'), 'x');
    const open = (name: string) => pairFolders({ low: join(folder, name), normal: join(folder, name) });
    await expect(open('empty')).rejects.toThrow(/empty: is empty/);
    await expect(open('texts')).rejects.toThrow(/texts: holds 1 files and none of them is named as an image/);
    await expect(open('nowhere')).rejects.toThrow(/nowhere: there is no such file or folder/);
    await expect(open('texts/a.txt')).rejects.toThrow(/a\.txt: is a file, a folder of images is wanted/);
  });

  it('lists every image that cannot be used at once: bad files, mismatched sizes, images below the patch', async () => {
    const folder = temporaryFolder();
    const folders = await writePairs(folder, 4, 64, 48);
    writeFileSync(join(folders.low, '1.png'), '');
    writeFileSync(join(folders.normal, '2.png'), await encodeImage(syntheticPhotograph(64, 40, 2), 'png'));
    for (const path of Object.values(folders)) writeFileSync(join(path, '3.png'), await encodeImage(syntheticPhotograph(64, 20, 2), 'png'));
    const before = readdirSync(folders.low);
    const source = { roles: ['low', 'normal'], samples: await pairFolders(folders) };
    await expect(Loader.open([source], { workers: 0 }, [32, 32], { checked: () => undefined })).rejects.toThrow(
      /3 of the training images cannot be used:\n.*1\.png: is empty.*\n.*normal\/2\.png: is 64x40 pixels, its partner .*low\/2\.png is 64x48\.\n.*3\.png: is 64x20 pixels, smaller than a patch of 32x32/,
    );
    expect(readdirSync(folders.low)).toEqual(before);
  });

  it('that is held out is looked at before the training, too', async () => {
    const folders = await writePairs(temporaryFolder(), 3, 20, 20);
    writeFileSync(join(folders.low, '1.png'), 'x');
    for (const path of Object.values(folders)) writeFileSync(join(path, '3.png'), await encodeImage(syntheticPhotograph(20, 10, 2), 'png'));
    await expect(checkHeldOut({ roles: ['low', 'normal'], samples: await pairFolders(folders) }, measureDemand(11, 1))).rejects.toThrow(
      /2 of the validation images cannot be used:\n.*1\.png: is not an image.*\n.*3\.png: is 20x10 pixels, too small to be measured: SSIM needs at least 11x11/,
    );
  });
});

describe('darkening', () => {
  it('never writes over a photograph', async () => {
    const folder = temporaryFolder();
    const { normal } = await writePairs(folder, 2, 40, 30);
    const before = readdirSync(normal).map((name) => readFileSync(join(normal, name)));
    await expect(darkenFiles([normal], folder, { seed: 1 })).rejects.toThrow(/normal\/1\.png: the result would overwrite the photograph/);
    expect(readdirSync(normal).map((name) => readFileSync(join(normal, name)))).toEqual(before);
  });
});

describe('formats', () => {
  it.each(['png', 'bmp'] as const)('%s keeps every sample', async (format) => {
    const path = join(temporaryFolder(), `a.${format}`);
    const image = syntheticPhotograph(37, 23, 3);
    writeFileSync(path, await encodeImage(image, format));
    expect(await readImage(path, 'training')).toEqual({ ...image, data: expect.anything(), format, grey: false });
    expect(Buffer.from((await readImage(path, 'training')).data).equals(Buffer.from(image.data))).toBe(true);
    expect(await readImageHeader(path)).toMatchObject({ width: 37, height: 23, format });
  });

  it('the EXIF orientation is applied', async () => {
    const path = join(temporaryFolder(), 'a.jpg');
    const { data } = syntheticPhotograph(40, 20, 3);
    await sharp(data, { raw: { width: 40, height: 20, channels: 3 } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toFile(path);
    expect(await readImage(path, 'training')).toMatchObject({ width: 20, height: 40 });
    expect(await readImageHeader(path)).toMatchObject({ width: 20, height: 40 });
  });

  it('8-bit grey is repeated over three channels', async () => {
    const path = join(temporaryFolder(), 'a.png');
    await sharp(Buffer.from([0, 100, 200, 255]), { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
    const image = await readImage(path, 'training');
    expect(image.grey).toBe(true);
    expect([...image.data]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
  });
});
