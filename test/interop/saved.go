package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// saved is a checkpoint from the folder.
type saved struct {
	file string
	torchwood.Checkpoint
}

// checkSaved checks that every checkpoint of the folder was signed by the log, and that each is a beginning of the next one and of
// the log as it is served now. Cosignatures count where they stand: a checkpoint is often saved before its witnesses have signed.
func checkSaved(folder string, policy torchwood.Policy, verifier note.Verifier, t *tree, r *remote) error {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return err
	}
	var all []saved
	for _, file := range files {
		one, err := openSaved(file, policy, verifier)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b saved) int { return cmp.Compare(a.N, b.N) })
	for i, one := range all {
		if one.N > t.N {
			return fail("consistency", "%s signs size %d, the log shows %d", one.file, one.N, t.N)
		}
		if err := consistent(t, one, saved{"the log", torchwood.Checkpoint{Tree: t.Tree}}); err != nil {
			return err
		}
		if i > 0 {
			if err := consistent(t, all[i-1], one); err != nil {
				return err
			}
		}
		if err := t.comparePartials(r, one.N); err != nil {
			return err
		}
	}
	said("consistency", "%d saved checkpoints, each with the next and with the log", len(all))
	return nil
}

func openSaved(file string, policy torchwood.Policy, verifier note.Verifier) (saved, error) {
	name := filepath.Base(file)
	data, err := os.ReadFile(file)
	if err != nil {
		return saved{}, err
	}
	opened, err := note.Open(data, policy)
	if err != nil {
		return saved{}, fail("checkpoints", "%s: %v", name, err)
	}
	if err := torchwood.SingleVerifierPolicy(verifier).Check("", opened.Sigs); err != nil {
		return saved{}, fail("checkpoints", "%s: %v", name, err)
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil || checkpoint.Origin != verifier.Name() {
		return saved{}, fail("checkpoints", "%s: not a checkpoint of %s", name, verifier.Name())
	}
	return saved{name, checkpoint}, cosignatures("cosignatures", opened, verifier)
}

// consistent proves old to new out of the hashes computed from the entries.
func consistent(t *tree, old, new saved) error {
	if old.N == 0 || old.N == new.N {
		empty, err := tlog.TreeHash(0, t)
		if err != nil {
			return err
		}
		if (old.N == 0 && old.Hash != empty) || (old.N == new.N && old.Hash != new.Hash) {
			return fail("consistency", "two roots for size %d: %s and %s", old.N, old.file, new.file)
		}
		return nil
	}
	proof, err := tlog.ProveTree(new.N, old.N, t)
	if err != nil {
		return fail("consistency", "%s to %s: %v", old.file, new.file, err)
	}
	if err := tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash); err != nil {
		return fail("consistency", "%s (size %d) is no beginning of %s (size %d): a fork", old.file, old.N, new.file, new.N)
	}
	return nil
}
