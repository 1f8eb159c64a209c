/** A file to keep, never to show: headers that make every browser save it and run nothing of it. */

/** Letters that RFC 8187 lets stand as they are in `filename*`. */
const ATTR_CHAR = /[A-Za-z0-9!#$&+.^_`|~-]/;

/** `Content-Disposition` for a name of any script: RFC 6266 with the ASCII name for old programs and the RFC 8187 form beside it. */
export function contentDisposition(name: string): string {
  const whole = name.toWellFormed();
  const plain = whole.replace(/[^ -~]/g, '_').replace(/["\\%/]/g, '_');
  const encoded = Array.from(new TextEncoder().encode(whole), (byte) => {
    const char = String.fromCharCode(byte);
    return ATTR_CHAR.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/**
 * Headers of a stranger's file. The type says nothing on purpose; the policy holds should a browser show it all the same.
 * @param bytes length of the file
 */
export function attachmentHeaders(name: string, bytes: number): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(bytes),
    'Content-Disposition': contentDisposition(name),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  };
}
