import { basename, join } from 'node:path';
import { encodeImage, type ImageFormat, joinGrid } from '../../data/index.js';
import { type Moment, makeFolder, RecordFile, writeFileAtomically } from '../../files/index.js';
import {
  type PictureRecord,
  type SampleRecord,
  type SampleRow,
  type Samples,
  sampleRecords,
  type TrainObserver,
  type Validated,
  type ValidationRecord,
  validationRecords,
} from '../../observe/index.js';
import type { OutputFolder } from './output-folder.js';

/** Writes `samples/<stage>-<step>.png` of the samples, and samples.jsonl that says what is on them. */
export class SampleFiles implements TrainObserver {
  private constructor(
    private readonly folder: OutputFolder,
    private readonly records: RecordFile<SampleRecord>,
    /** Samples that an earlier part of the run took. */
    readonly earlier: readonly SampleRecord[],
  ) {}

  /** @param keep which records of an interrupted run belong to it. @throws RuntimeFailure */
  static async open(folder: OutputFolder, keep: (moment: Moment) => boolean): Promise<SampleFiles> {
    const { file, kept } = await RecordFile.open(folder.sampleRecords, sampleRecords, keep);
    return new SampleFiles(folder, file, kept);
  }

  async sampled({ stage, step, rows }: Samples): Promise<void> {
    await this.records.append({ stage, step, ...(await writePicture(this.folder.samples, { stage, step }, rows, 'png')) });
  }

  flush(): Promise<void> {
    return this.records.flush();
  }

  close(): Promise<void> {
    return this.records.close();
  }
}

/** Writes validation.jsonl, and `validation/<stage>-<step>.webp` of the worst pairs. */
export class ValidationFiles implements TrainObserver {
  private constructor(
    private readonly folder: OutputFolder,
    private readonly records: RecordFile<ValidationRecord>,
    /** What an earlier part of the run measured. */
    readonly earlier: readonly ValidationRecord[],
  ) {}

  /** @param keep which records of an interrupted run belong to it. @throws RuntimeFailure */
  static async open(folder: OutputFolder, keep: (moment: Moment) => boolean): Promise<ValidationFiles> {
    const { file, kept } = await RecordFile.open(folder.validation, validationRecords, keep);
    return new ValidationFiles(folder, file, kept);
  }

  async validated({ worst, ...record }: Validated): Promise<void> {
    const picture = worst.length === 0 ? {} : { picture: await writePicture(this.folder.validationPictures, record, worst, 'webp') };
    await this.records.append({ ...record, ...picture });
  }

  flush(): Promise<void> {
    return this.records.flush();
  }

  close(): Promise<void> {
    return this.records.close();
  }
}

async function writePicture(
  folder: string,
  { stage, step }: Moment,
  rows: readonly SampleRow[],
  format: ImageFormat,
): Promise<PictureRecord> {
  const shown = rows.map(({ name, enlarged, input, output, truth }) => ({
    name,
    ...(enlarged !== undefined && { enlarged }),
    images: { input, output, ...(truth !== undefined && { truth }) },
  }));
  const name = `${stage}-${String(step).padStart(6, '0')}.${format}`;
  await makeFolder(folder);
  await writeFileAtomically(join(folder, name), await encodeImage(joinGrid(shown.map(({ images }) => Object.values(images))), format));
  return {
    file: `${basename(folder)}/${name}`,
    rows: shown.map(({ name, images, ...enlarged }) => ({
      name,
      ...enlarged,
      width: images.input.width,
      height: images.input.height,
      columns: Object.keys(images) as ('input' | 'output' | 'truth')[],
    })),
  };
}
