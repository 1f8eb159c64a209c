// Interop checks a Counterfoil log from outside: it fetches the log over HTTP and checks tiles, checkpoints, cosignatures and
// receipts with Go's checksum database libraries and torchwood. No code of Counterfoil is used, and nothing is ever written.
//
//	interop -url http://localhost:8080/log -vkey KEY [-policy FILE] [-checkpoints FOLDER] [-receipts FOLDER] [-receipt-policy FILE]
//
// It prints one line for each check. Exit code 0: all hold. 1: the last line, on the error output, names the first that does not.
// 2: it could not be checked (arguments, files, network).
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// A failure is something that was received and contradicts what was signed or specified.
type failure struct{ check, what string }

func (f *failure) Error() string { return f.check + ": " + f.what }

func fail(check, format string, args ...any) error {
	return &failure{check, fmt.Sprintf(format, args...)}
}

// said reports a check that holds.
func said(check, format string, args ...any) {
	fmt.Printf("ok   %s: %s\n", check, fmt.Sprintf(format, args...))
}

func main() {
	var args arguments
	flag.StringVar(&args.url, "url", "", "address of the log, above checkpoint and tile/")
	flag.StringVar(&args.vkey, "vkey", "", "verifier key of the log")
	flag.StringVar(&args.policy, "policy", "", "tlog-policy `file`; without it the log's own signature is enough")
	flag.StringVar(&args.checkpoints, "checkpoints", "", "`folder` of checkpoints that were saved earlier")
	flag.StringVar(&args.receipts, "receipts", "", "`folder` of *.receipt.json")
	flag.StringVar(&args.receiptPolicy, "receipt-policy", "", "tlog-policy `file` for receipts; without it the one of -policy")
	flag.Parse()
	if args.url == "" || args.vkey == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	err := run(args)
	var wrong *failure
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "FAIL %s\n", wrong)
		os.Exit(1)
	case err != nil:
		fmt.Fprintf(os.Stderr, "not checked: %v\n", err)
		os.Exit(2)
	}
	fmt.Println("all hold")
}
