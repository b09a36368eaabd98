const extensions = { 'image/png': 'png', 'image/jpeg': 'jpg' } as const;
export type SavedFormat = keyof typeof extensions;

/** What the enhanced photograph is called: 'IMG 12.HEIC' becomes 'IMG 12-enhanced.png'. */
export function resultName(name: string, format: SavedFormat): string {
  const stem = name.replace(/\.[^.]*$/, '') || 'photograph';
  return `${stem}-enhanced.${extensions[format]}`;
}
