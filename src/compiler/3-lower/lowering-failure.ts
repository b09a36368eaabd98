/** A Program cannot be made from the IR as asked, for a reason that the user can change: a size, the name of a stage. */
export class LoweringFailure extends Error {
  override readonly name = 'LoweringFailure';
}
