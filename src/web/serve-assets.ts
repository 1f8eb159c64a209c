/** Serves compiled styles, scripts and fonts: precompressed, cached for ever, since every address carries a hash of its content. */
import type { Ctx } from '../base/route.ts';
import type { Assets } from '../ui/assets.ts';

export function serveAsset(assets: Assets, c: Ctx): Response | undefined {
  const asset = assets.get(c.req.path);
  if (!asset) return undefined;
  const accepts = c.req.header('accept-encoding') ?? '';
  const headers = new Headers({
    'Content-Type': asset.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
    // A record in somebody else's sandboxed frame has no origin of its own, and still wants its style sheet and letters.
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  let body = asset.body;
  if (asset.brotli && /\bbr\b/.test(accepts)) {
    body = asset.brotli;
    headers.set('Content-Encoding', 'br');
  } else if (asset.gzip && /\bgzip\b/.test(accepts)) {
    body = asset.gzip;
    headers.set('Content-Encoding', 'gzip');
  }
  headers.set('Content-Length', String(body.byteLength));
  return new Response(body, { headers });
}
