/**
 * Types of a tensor's elements. bfloat16 is the upper half of a float32: its sign, its 8 bits of exponent and 7 of its 23 bits of fraction, so that
 * neighbouring numbers are a 128th apart, relatively, and the range is that of float32.
 */
export const elementTypes = ['float32', 'bfloat16'] as const;
export type ElementType = (typeof elementTypes)[number];

/** Bytes of an element. */
export const elementBytes: Readonly<Record<ElementType, number>> = { float32: 4, bfloat16: 2 };
