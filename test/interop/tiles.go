package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// tree is the log as its entry bundles make it: every hash is computed here, by tlog, and none is taken from the server.
type tree struct {
	tlog.Tree
	commitments [][]byte
	// hashes in the order of tlog.StoredHashIndex
	hashes []tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = t.hashes[index]
	}
	return found, nil
}

// commitmentSize is what every entry of a Counterfoil log has: 32 bytes.
const commitmentSize = 32

// readTree fetches all entry bundles and all hash tiles of the tree, full and partial, and compares them with each other and
// with the signed root.
func readTree(r *remote, head tlog.Tree) (*tree, error) {
	t := &tree{Tree: head}
	tiles := tlog.NewTiles(torchwood.TileHeight, 0, head.N)
	bundles := 0
	for _, tile := range tiles {
		if tile.L != 0 {
			continue
		}
		tile.L = -1
		if err := t.addBundle(r, tile); err != nil {
			return nil, err
		}
		bundles++
	}
	said("entries", "%d in %d bundles", len(t.commitments), bundles)
	for _, tile := range tiles {
		if err := t.compare(r, tile); err != nil {
			return nil, err
		}
	}
	said("tiles", "%d hold the hashes that the entries have", len(tiles))
	root, err := tlog.TreeHash(head.N, t)
	if err != nil {
		return nil, err
	}
	if root != head.Hash {
		return nil, fail("root", "the entries lead to %s, the checkpoint signs %s", root, head.Hash)
	}
	said("root", "%s", root)

	// The same through tlog's own reader of tiles, which checks each tile against the root before it uses it.
	through := tlog.TileHashReader(head, &served{r})
	for _, n := range []int64{0, head.N / 2, head.N - 1} {
		if head.N == 0 {
			break
		}
		proof, err := tlog.ProveRecord(head.N, n, through)
		if err != nil {
			return nil, fail("proof", "position %d from served tiles: %v", n, err)
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, n, tlog.RecordHash(t.commitments[n])); err != nil {
			return nil, fail("proof", "position %d: %v", n, err)
		}
	}
	said("proof", "first, middle and last position, from served tiles")
	return t, nil
}

func (t *tree) addBundle(r *remote, tile tlog.Tile) error {
	path := torchwood.TilePath(tile)
	data, err := r.get(path, int64(tile.W)*(2+commitmentSize))
	if err != nil {
		return err
	}
	for range tile.W {
		var entry []byte
		if entry, data, err = torchwood.ReadTileEntry(data); err != nil {
			return fail("entries", "%s: %v", path, err)
		}
		if len(entry) != commitmentSize {
			return fail("entries", "%s: an entry of %d bytes", path, len(entry))
		}
		stored, err := tlog.StoredHashes(int64(len(t.commitments)), entry, t)
		if err != nil {
			return err
		}
		t.commitments = append(t.commitments, slices.Clone(entry))
		t.hashes = append(t.hashes, stored...)
	}
	if len(data) > 0 {
		return fail("entries", "%s: %d bytes too many", path, len(data))
	}
	return nil
}

// compare fetches one hash tile and compares it with the computed one.
func (t *tree) compare(r *remote, tile tlog.Tile) error {
	path := torchwood.TilePath(tile)
	want, err := tlog.ReadTileData(tile, t)
	if err != nil {
		return err
	}
	got, err := r.get(path, torchwood.TileWidth*tlog.HashSize)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fail("tiles", "%s does not hold the hashes of its entries", path)
	}
	return nil
}

// comparePartials does so for the partial tiles of an earlier size. A log may drop one once the tile is full.
func (t *tree) comparePartials(r *remote, size int64) error {
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, size) {
		if tile.W == torchwood.TileWidth {
			continue
		}
		err := t.compare(r, tile)
		var status *statusError
		full := (tile.N+1)<<(torchwood.TileHeight*(tile.L+1)) <= t.N
		if full && errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusGone) {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// served reads tiles from the log for tlog.TileHashReader.
type served struct{ r *remote }

func (s *served) Height() int                     { return torchwood.TileHeight }
func (s *served) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := s.r.get(torchwood.TilePath(tile), torchwood.TileWidth*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}
