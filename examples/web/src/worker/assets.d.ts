/** Vite gives the address of a file that is imported so. */
declare module '*?url' {
  const address: string;
  export default address;
}
