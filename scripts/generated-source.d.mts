export function templateText(text: string): string;
export function writeGenerated(target: string, text: string, options: { readonly check: boolean; readonly outOfDate: string }): void;
