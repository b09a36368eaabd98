import { type Command, Option } from 'commander';

/** How a command prints its results; a table where none is chosen. */
export interface ResultFormat {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly markdown?: boolean;
}

/** Adds `--json`, `--csv` and `--markdown`, of which a command line may have one, to a command that prints results. */
export function addResultFormats(command: Command): void {
  command
    .addOption(new Option('--json', 'print JSON').conflicts(['csv', 'markdown']))
    .addOption(new Option('--csv', 'print CSV').conflicts('markdown'))
    .option('--markdown', 'print a Markdown table');
}

/** Results in each form, of which one is made. */
export interface ResultForms {
  /** What JSON holds. */
  readonly json: unknown;
  readonly csv: () => string;
  readonly markdown: () => string;
  /** A table for terminals. */
  readonly table: () => string;
}

/** Results in the form that the command line asks for. */
export function resultText(forms: ResultForms, { json, csv, markdown }: ResultFormat): string {
  if (json === true) return `${JSON.stringify(forms.json, null, 2)}\n`;
  if (csv === true) return forms.csv();
  return markdown === true ? forms.markdown() : forms.table();
}
