package main

import (
	"fmt"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

type arguments struct{ url, vkey, policy, checkpoints, receipts, receiptPolicy string }

// run checks in the order in which one thing rests on another: signature, tiles, growth, receipts.
func run(args arguments) error {
	verifier, err := note.NewVerifier(args.vkey)
	if err != nil {
		return fmt.Errorf("-vkey: %w", err)
	}
	text := fmt.Appendf(nil, "log %s\nquorum none\n", args.vkey)
	if args.policy != "" {
		if text, err = os.ReadFile(args.policy); err != nil {
			return err
		}
	}
	policy, err := torchwood.ParsePolicy(text)
	if err != nil {
		return fmt.Errorf("-policy: %w", err)
	}
	remote := &remote{base: args.url}

	signed, err := remote.get("checkpoint", 64<<10)
	if err != nil {
		return err
	}
	head, opened, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return fail("checkpoint", "%v", err)
	}
	if head.Origin != verifier.Name() {
		return fail("checkpoint", "origin %q, but the key is that of %q", head.Origin, verifier.Name())
	}
	said("checkpoint", "%s of size %d, signed by its key", head.Origin, head.N)
	if err := cosignatures("cosignatures", opened, verifier); err != nil {
		return err
	}

	tree, err := readTree(remote, head.Tree)
	if err != nil {
		return err
	}
	if args.checkpoints != "" {
		if err := checkSaved(args.checkpoints, policy, verifier, tree, remote); err != nil {
			return err
		}
	}
	if args.receipts != "" {
		if args.receiptPolicy != "" {
			text, err := os.ReadFile(args.receiptPolicy)
			if err != nil {
				return err
			}
			if policy, err = torchwood.ParsePolicy(text); err != nil {
				return fmt.Errorf("-receipt-policy: %w", err)
			}
		}
		return checkReceipts(args.receipts, policy, tree)
	}
	return nil
}

// cosignatures reports who signed besides the log. note.Open has verified every line by a key of the policy, and refused the
// note if one of them does not hold.
func cosignatures(check string, opened *note.Note, log note.Verifier) error {
	for _, sig := range opened.Sigs {
		if sig.Name == log.Name() && sig.Hash == log.KeyHash() {
			continue
		}
		at, err := torchwood.CosignatureTimestamp(sig)
		if err != nil {
			return fail(check, "%s: %v", sig.Name, err)
		}
		said(check, "%s at %d", sig.Name, at)
	}
	return nil
}
