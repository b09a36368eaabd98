import type { StatementStructures } from 'ts-morph';

/** A declaration as ts-morph takes it, or a statement as text. */
export type Declaration = StatementStructures | string;

/** A declaration of a generated file, and where its source stands among those of the file. */
interface DraftItem {
  readonly order: readonly [module: number, position: number];
  readonly structures: readonly Declaration[];
}

/** A generated file while it is put together. */
export class FileDraft {
  private readonly imported = new Map<string, Set<string>>();
  private readonly items: DraftItem[] = [];
  usesTensorFlow = false;

  /** @param name without extension: `model`. */
  constructor(readonly name: string) {}

  /** Notes that the file uses a name of another one. @returns the name. */
  use(file: string, name: string): string {
    if (file !== this.name) {
      const names = this.imported.get(file) ?? new Set();
      names.add(name);
      this.imported.set(file, names);
    }
    return name;
  }

  add(order: DraftItem['order'], ...structures: readonly Declaration[]): void {
    this.items.push({ order, structures });
  }

  /** Names that the file uses, by the file that they come from, in alphabetical order. */
  get imports(): [string, string[]][] {
    return [...this.imported].map(([file, names]): [string, string[]] => [file, [...names].sort()]).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The declarations in the order of their sources. */
  get structures(): Declaration[] {
    return this.items.toSorted((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]).flatMap(({ structures }) => structures);
  }
}
