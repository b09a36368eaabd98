/**
 * Takes photographs that are chosen, dropped anywhere on the page, or pasted.
 * @param take gets the first file.
 * @param refuse is told what was dropped or pasted instead of a file.
 */
export function acceptPhotographs(input: HTMLInputElement, take: (file: File) => void, refuse: (sentence: string) => void): void {
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // Else choosing the same file again would not be noticed.
    input.value = '';
    if (file) take(file);
  });

  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging');
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
    else refuse('That is not a file. Save the photograph first and drop the file, or copy and paste the picture.');
  });

  addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0];
    if (file) take(file);
    else refuse('There is no picture on the clipboard.');
  });
}
