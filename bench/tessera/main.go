// What `npm run bench -- log` measures our log beside: Tessera's POSIX storage with writers in the same process, as ours has them.
// Each writer adds 32 random bytes, waits until a checkpoint that covers them is published, and goes on. Prints one line of JSON.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/storage/posix"
	"github.com/transparency-dev/tessera/storage/posix/antispam"
	"golang.org/x/mod/sumdb/note"
)

var (
	dir      = flag.String("dir", "", "an empty folder for the log")
	writers  = flag.Int("writers", 2000, "writers")
	readers  = flag.Int("readers", 0, "readers, each of which proves a random leaf, waits, and proves the next")
	pause    = flag.Duration("pause", 100*time.Millisecond, "how long a reader waits")
	warm     = flag.Duration("warm", 2*time.Second, "time before counting begins")
	measured = flag.Duration("measured", 6*time.Second, "time in which appends are counted")
	interval = flag.Duration("interval", 100*time.Millisecond, "time between checkpoints")
	batch    = flag.Uint("batch", 1024, "most entries in a batch")
	age      = flag.Duration("age", 10*time.Millisecond, "longest time that an entry waits for its batch to fill")
	dedupe   = flag.Bool("dedupe", false, "look for duplicates: in memory and, behind it, in Badger")
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func main() {
	flag.Parse()
	ctx, cancel := context.WithCancel(context.Background())
	secret, _, err := note.GenerateKey(rand.Reader, "bench.example.gov/log")
	check(err)
	signer, err := note.NewSigner(secret)
	check(err)
	driver, err := posix.New(ctx, posix.Config{Path: *dir})
	check(err)
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(*interval).
		WithBatching(*batch, *age).
		WithPushback(8192)
	if *dedupe {
		// A threshold that is never reached: by default writers are turned away as soon as the index is 2,048 entries behind.
		stored, err := badger.NewAntispam(ctx, filepath.Join(*dir, "antispam"), badger.AntispamOpts{PushbackThreshold: 1 << 30})
		check(err)
		options = options.WithAntispam(tessera.DefaultAntispamInMemorySize, stored)
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	check(err)
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 5*time.Millisecond)

	begin := time.Now().Add(*warm)
	end := begin.Add(*measured)
	var published atomic.Uint64
	var group sync.WaitGroup
	took := make([][]float64, *writers)
	for w := range *writers {
		group.Go(func() {
			for time.Now().Before(end) {
				var entry [32]byte
				_, _ = rand.Read(entry[:])
				since := time.Now()
				index, _, err := awaiter.Await(ctx, appender.Add(ctx, tessera.NewEntry(entry[:])))
				if errors.Is(err, tessera.ErrPushback) {
					time.Sleep(time.Millisecond)
					continue
				}
				check(err)
				if now := time.Now(); now.After(begin) && now.Before(end) {
					took[w] = append(took[w], now.Sub(since).Seconds()*1000)
				}
				for old := published.Load(); old <= index.Index && !published.CompareAndSwap(old, index.Index+1); old = published.Load() {
				}
			}
		})
	}
	proofs := make([][]float64, *readers)
	for r := range *readers {
		group.Go(func() {
			for time.Now().Before(end) {
				time.Sleep(*pause)
				size := published.Load()
				if size == 0 {
					continue
				}
				since := time.Now()
				builder, err := client.NewProofBuilder(ctx, size, reader.ReadTile)
				check(err)
				_, err = builder.InclusionProof(ctx, mathrand.Uint64N(size))
				check(err)
				if since.After(begin) {
					proofs[r] = append(proofs[r], time.Since(since).Seconds()*1000)
				}
			}
		})
	}
	time.Sleep(time.Until(begin))
	spent := processor()
	time.Sleep(time.Until(end))
	spent = processor() - spent
	group.Wait()
	check(shutdown(ctx))
	cancel()
	all, proved := flat(took), flat(proofs)
	check(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"perSecond": float64(len(all)) / measured.Seconds(),
		"processor": spent * 1000 / float64(len(all)),
		"p50":       quantile(all, 0.5),
		"p99":       quantile(all, 0.99),
		"proofs":    float64(len(proved)) / measured.Seconds(),
		"proofP99":  quantile(proved, 0.99),
	}))
}

// processor gives the seconds of processor that this process has spent.
func processor() float64 {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

func flat(parts [][]float64) []float64 {
	var all []float64
	for _, part := range parts {
		all = append(all, part...)
	}
	sort.Float64s(all)
	return all
}
