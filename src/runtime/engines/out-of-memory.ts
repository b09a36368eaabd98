/**
 * What the libraries say when the system gives them no memory: TensorFlow ("OOM when allocating tensor with shape...", ResourceExhausted), onnxruntime ("Failed to
 * allocate memory for requested buffer of size ..."), C++ (std::bad_alloc), V8 ("Array buffer allocation failed", "Invalid typed array length").
 */
const messages =
  /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|failed to allocate memory|bad[ _]alloc|bad allocation|out of memory|array buffer allocation failed|invalid typed array length/i;

/** Whether a failure is for want of memory. */
export const isOutOfMemory = (error: unknown): error is Error => error instanceof Error && messages.test(error.message);
