/** How a package gets here; the key is one that may publish. */
export const publishLine = (apiUrl: string, organization: string): string =>
  `HEX_API_URL=${apiUrl} HEX_API_KEY=your-key mix hex.publish package --organization ${organization}`;
