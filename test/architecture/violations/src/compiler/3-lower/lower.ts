export const lower = (): string => 'lowered';
