package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// receipt is the file that FORMATS.md describes.
type receipt struct {
	Counterfoil string          `json:"counterfoil"`
	Entry       json.RawMessage `json:"entry"`
	Opening     string          `json:"opening"`
	Proof       string          `json:"proof"`
}

// checkReceipts verifies every receipt by itself (torchwood), and then against the log: the same commitment at its position, and
// its checkpoint a beginning of the log.
func checkReceipts(folder string, policy torchwood.Policy, t *tree) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.receipt.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := checkReceipt(data, policy, t); err != nil {
			return fail("receipts", "%s: %v", filepath.Base(file), err)
		}
	}
	said("receipts", "%d verify, and stand in the log", len(files))
	return nil
}

func checkReceipt(data []byte, policy torchwood.Policy, t *tree) error {
	var r receipt
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&r); err != nil {
		return err
	}
	if _, err := reader.Token(); err != io.EOF {
		return fmt.Errorf("something after the receipt")
	}
	if r.Counterfoil != "receipt/v1" {
		return fmt.Errorf("version %q", r.Counterfoil)
	}
	opening, err := base64.StdEncoding.Strict().DecodeString(r.Opening)
	if err != nil || len(opening) != 32 {
		return fmt.Errorf("the opening is not base64 of 32 bytes")
	}
	canonical, err := canonicalise(r.Entry)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte("counterfoil/entry/v1"))
	mac.Write(opening)
	mac.Write(canonical)
	commitment := mac.Sum(nil)
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(commitment), []byte(r.Proof)); err != nil {
		return err
	}

	// The proof holds; now the position and checkpoint that it names, beside the log.
	_, rest, _ := strings.Cut(r.Proof, "\nindex ")
	line, rest, _ := strings.Cut(rest, "\n")
	var index int64
	if _, err := fmt.Sscanf(line, "%d", &index); err != nil || index >= t.N {
		return fmt.Errorf("position %s, the log shows %d entries", line, t.N)
	}
	if !bytes.Equal(t.commitments[index], commitment) {
		return fmt.Errorf("the log has another entry at position %d", index)
	}
	_, signed, _ := strings.Cut(rest, "\n\n")
	if strings.HasPrefix(rest, "\n") { // no hashes: the only entry of its tree
		signed = rest[1:]
	}
	head, _, err := torchwood.VerifyCheckpoint([]byte(signed), policy)
	if err != nil {
		return err
	}
	if head.N > t.N {
		return fmt.Errorf("its checkpoint signs size %d, the log shows %d", head.N, t.N)
	}
	root, err := tlog.TreeHash(head.N, t)
	if err != nil {
		return err
	}
	if root != head.Hash {
		return fmt.Errorf("its checkpoint of size %d is no beginning of the log: a fork", head.N)
	}
	return nil
}
