"""The parts of the reference that no model holds: how the file is written, what commands print, exit codes."""

from collections.abc import Mapping

from pictured.errors import ExitCode

WRITING = """\
## How the file is written

The file is YAML, read by the rules of YAML 1.2: only `true` and `false` are truth values, and `on`, `off`, `yes` and
`no` are plain words. Anchors, aliases and `<<` merges work; a key that is there twice is an error. pictured reads the
file and never writes to it.

- **duration**: `500ms`, `5s`, `2min`, `1.5h`, `1d`; a number alone is seconds.
- **size**: `64kB`, `512MB`, `2GB` (powers of 1000) or `64KiB`, `512MiB`, `2GiB` (powers of 1024); a number alone is
  bytes.
- **time**: `every 6h`, `03:00` (daily) or `sun 03:00`; days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`. Clock
  times are local. Where clocks are put back, a time between 02:00 and 03:00 comes twice.
- **path**: `~` is the home folder; `$NAME` and `${NAME}` are environment variables, and one that is not defined is an
  error; `$$` stands for a dollar sign. Relative paths begin at the folder of the configuration file.

Faults are told all at once, one per line, as `FILE:LINE:COLUMN: KEY: what is wrong`, and the exit code is 78.
`pictured check` looks for them; editors that know the YAML language server complete and check by
`pictured.schema.json`, which the first line of the example points to.

What is refused although every key by itself is right: folders that lie inside one another (unless the inner one has
`role: ignore`); `into` inside one of the entry's own `from` folders, around one of them, or inside a query folder;
`from` folders that no library folder holds; two entries or two rules of one name. Links and, where the disk does not
tell them apart, upper and lower case are resolved before paths are compared.
"""

COMPANIONS = """\
## Files that belong to a picture

With `sidecars: true` (the default of a collect entry) these files travel with a collected picture, all of them or none;
upper and lower case are alike. Beside `best (2).jpg` they are called:

| beside `IMG.jpg` lies | it belongs to | it becomes |
|---|---|---|
| `IMG.jpg.xmp` | `IMG.jpg`, whatever else is there | `best (2).jpg.xmp` |
| `IMG.xmp` | the only picture called `IMG`; beside a developed one the only raw file, as Adobe's programs mean it; among several pictures none | `best (2).jpg.xmp`, or that of the raw file |
| `IMG.aae` (edits of Apple's Photos) | the developed picture called `IMG`; of several the only HEIC, else the only JPEG | `best (2).aae` |
| `IMG.mov` (the film of a live photo) | the same, if that is a JPEG or HEIC | `best (2).mov` |
| `IMG.dng` or another raw file | the same; its own sidecars go with it | `best (2).dng`, `best (2).dng.xmp` |

Where `IMG.jpg.xmp` and `IMG.xmp` both belong to one picture, the second becomes `best (2).xmp`. A name is free only where
all of these names are. A file that is missing, changes or cannot be read while it is copied puts the whole unit off, and
nothing of it can be seen. `undo`, `verify`, `history`, reviews and upgrades by a better copy treat the unit as one; where
you changed one of its files in the destination, none of them is replaced or taken back.

Companions are taken as they are when the picture is collected. A sidecar that is edited at the source later, and a film
that arrives after its picture was collected, are not followed: copy it by hand; from then on the unit is yours.

With `merge_metadata: true` the collected copy's sidecar (a new one, if it has none) also gets what the copy lacks and the
other copies have: rating, title, GPS position and date of the exposure from the best copy that has them, and the keywords
of all. It is looked for in sidecars first, then in XMP, IPTC and EXIF; a rating of 0 stands for none. Everything else in the
sidecar stays byte for byte. A sidecar with a document type, of more than 16 MiB or without end is refused: it travels as it
is, and the reason says so.

```yaml
collect:
  - name: best
    from: [~/Pictures]
    into: ~/Best copies
    sidecars: true
    merge_metadata: true
    mode: auto
```
"""  # noqa: E501  a table

PLACES = """\
## Places

| what | Linux | macOS | instead |
|---|---|---|---|
| configuration | `$XDG_CONFIG_HOME/pictured/pictured.yaml` (`~/.config/…`) | `~/Library/Application Support/pictured/pictured.yaml` | `--config FILE` or `PICTURED_CONFIG` |
| index and journal | `$XDG_STATE_HOME/pictured/` (`~/.local/state/…`) | `~/Library/Application Support/pictured/` | `PICTURED_STATE_DIR` |
"""  # noqa: E501  a table

OUTPUT = """\
## What commands print with `--json`

JSON lines on the standard output and nothing else there. These shapes are kept stable: keys may be added, none is
renamed or removed. Paths are absolute. Bytes of a file name that are not UTF-8 are written as the escapes `\\udc80` to
`\\udcff` (Python's `surrogateescape`), from which the name can be restored. Numbers of pixels are those of the upright
picture; `confidence` goes from 0 to 1 and is 1 only for equal bytes.

`scan` prints one line for each file that failed, then one for the end:

```json
{"event": "file.failed", "path": PATH, "error": TEXT}
{"event": "warning", "warning": "..."}
{"event": "scan.finished", "seen": N, "hashed": N, "unchanged": N, "moved": N, "failed": N, "seconds": N}
```

`find` prints one line per query. At most one match is `best`: the copy that would be collected. `measures` are those of
the aligned pair, by the names that `matching.measures` knows; one that is not known is left out:

```json
{"query": PATH, "matches": [{"path": PATH, "kind": "exact" | "same" | "edited", "confidence": N, "best": BOOL,
 "width": N, "height": N, "bytes": N, "measures": {"mse": N, "ssim": N, ...}}], "ranked_by": null, "error": null | TEXT}
```

With `--top` or `--measure`, `ranked_by` names the measure, no match is `best`, and `kind` may also be `similar` (proven
to be related, but no copy: a frame of the same burst, another page of the same form) or `unproven`.

`collect` prints one line per query, or per group of copies where no query is given (`query` is null then):

```json
{"query": PATH | null, "best": PATH | null, "collected": PATH | null, "planned": BOOL, "reason": TEXT,
 "error": null | TEXT}
```

`dupes` prints one line per group, the best member first:

```json
{"best": PATH, "members": [{"path": PATH, "kind": TEXT, "confidence": N, "width": N, "height": N, "bytes": N,
 "measures": {...}}]}
```

`find --in`, `collect` and `dupes --in` index the folders first, and print a `file.failed` line, as `scan` does, for
each file there that cannot be read.

`status` prints one object with at least these keys; `pending` counts files that were seen and are not finished (the
`backlog` of a folder is its part of them; its `scan`, where one runs or its files are being read, tells how many are
done of how many, once that is known, how many a second, and the seconds left), and `waiting` steps that wait for a
decision (`pictured review`). `mode` is
`events`, `poll` or `offline`, with the `reason` where it is not `events`; a folder that goes or comes back is noticed
within 30 seconds. A destination that hangs does not `answer`, and `silent` says for how many seconds. `quiet` says that
it is paused for `schedule.quiet_hours`. With `--quarantine`, there is one line for each file that broke its worker and
was given up, like an entry of `failing`:

```json
{"running": BOOL, "pid": N | null, "version": TEXT, "paused": BOOL, "quiet": BOOL, "config": PATH | null,
 "uptime": N | null, "pending": N, "roots": [{"path": PATH, "role": TEXT, "mode": TEXT, "online": BOOL,
 "reason": TEXT | null, "scanning": BOOL, "last_scan": N | null, "last_event": N | null, "backlog": N,
 "scan": {"done": N, "total": N | null, "rate": N, "left": N | null} | null}],
 "destinations": [{"path": PATH, "answers": BOOL, "silent": N | null}],
 "pictures": N, "files": N, "failed": N, "placed": N, "waiting": N,
 "failing": [{"path": PATH, "kind": TEXT, "error": TEXT, "tries": N, "retry_in": N | null}],
 "rendering": {"rule": TEXT, "path": PATH} | null}
```

`doctor` prints one line per finding; `state` is `good`, `note` or `wrong`, and `advice` says what to do:

```json
{"subject": TEXT, "state": TEXT, "text": TEXT, "advice": TEXT | null}
```

`history` prints one line per deed, the latest first; `what` is `placed`, `upgraded` or `undone`, and `at` counts
seconds since 1970:

```json
{"id": N, "at": N, "what": TEXT, "entry": TEXT, "query": PATH | null, "source": PATH, "target": PATH,
 "sha256": TEXT, "reason": TEXT, "companions": [{"source": PATH, "target": PATH, "reason": TEXT}]}
```

The `companions` were placed together with it; the reason of a sidecar that was merged tells where each value came from.
The `entry` of what a rule placed is `rules/NAME`.

`apply` prints one line per file; `told` is what the actions have to tell, and its keys are their names. `planned` is
what a dry run would do, with the name that the result would get; `skipped` is a file that the rule does not take:

```json
{"rule": TEXT, "path": PATH, "done": "placed" | "planned" | "kept" | "skipped" | "failed", "targets": [PATH],
 "reason": TEXT, "bytes": N, "made": N, "told": {...}, "error": null | TEXT}
```

`undo` prints one line per number. A picture that a rule changed in place becomes again what it was:

```json
{"id": N, "target": PATH | null, "undone": BOOL, "reason": TEXT, "error": null | TEXT}
```

`review` prints one line per step that waits, the oldest first. `do` is `render` where a rule proposes it, and `sha256`
is that of the copy, or of the rule's source:

```json
{"id": N, "at": N, "do": "collect" | "render", "state": "waiting", "entry": TEXT, "query": PATH | null, "source": PATH,
 "target": PATH, "replaces": PATH | null, "sha256": TEXT, "reason": TEXT, "note": TEXT | null,
 "companions": [{"source": PATH, "target": PATH, "reason": TEXT}]}
```

`review approve`, `deny`, `prefer` and `undo` print one line per number. `state` is `done`, `approved` (it is tried
again, and `error` says why), `denied`, `waiting`, `dropped` (all was not as planned, so it is planned anew), or null
where there is no such number. `review --serve` prints `{"url": TEXT}` and ends with Ctrl-C:

```json
{"id": N, "decision": "approve" | "deny" | "prefer" | "undo", "state": TEXT | null, "source": PATH | null,
 "target": PATH | null, "reason": TEXT, "error": null | TEXT}
```

`prune` prints one line; in a dry run, what would be forgotten. Nothing is of a folder that is `offline`:

```json
{"event": "index.pruned", "files": N, "proposals": N, "offline": [PATH], "dry_run": BOOL}
```

`verify` prints one line per placed file, companions too; `damaged` and `unreadable` ones have an error:

```json
{"id": N, "entry": TEXT, "target": PATH, "state": "sound" | "changed" | "missing" | "offline" | "damaged" |
 "unreadable", "reason": TEXT, "error": null | TEXT}
```

`explain` prints one object. `orientation`, `angle` (degrees, clockwise), `scale` (pixels of the query for each of the
copy) and `box` (fractions of the copy) say how the query lies in the copy. `detail` is what the pixels of copies told
when they were compared with each other: `richness` (0 for the richest, below 0 for the others; differences up to 0.45
prove nothing), `quantiser` (the coarsest JPEG step that they remember) and `colour` (mean chroma):

```json
{"path": PATH, "indexed": BOOL, "error": null | TEXT, "placed_by_us": BOOL,
 "content": {"sha256": TEXT, "width": N, ...},
 "copies": [{"path": PATH, "kind": TEXT, "confidence": N, "orientation": N, "box": [N, N, N, N], "angle": N,
 "scale": N, "width": N, "height": N, "bytes": N, "measures": {...}, "detail": {"richness": N | null, "quantiser": N,
 "colour": N} | null, "reason": TEXT}], "similar": [like copies, without a reason],
 "plan": [{"entry": TEXT, "do": "collect" | "keep" | "render", "query": PATH | null, "best": PATH | null,
 "target": PATH | null, "replaces": PATH | null, "reason": TEXT,
 "companions": [{"source": PATH, "target": PATH, "reason": TEXT}]}]}
```

`reload` prints `{"reloaded": PATH}`, `pause` and `resume` print `{"paused": BOOL}`, `rescan` prints
`{"rescanning": [PATH]}`, `retry` prints `{"retrying": [PATH]}`, `init` prints `{"config": PATH}`.

`check` prints one object; `key` is the path of the key, such as `rules[0].actions[1].long_edge`:

```json
{"config": PATH, "valid": BOOL, "faults": [{"line": N, "column": N, "key": TEXT, "message": TEXT}], "notes": [TEXT]}
```
"""

EXIT_CODES: Mapping[ExitCode, str] = {
    ExitCode.OK: "all done",
    ExitCode.SOME_FAILED: "the work is done, but some files failed; each is named on standard error and in the JSON",
    ExitCode.USAGE: "the command line asks for something that cannot be",
    ExitCode.INTERNAL: "something in pictured is broken",
    ExitCode.STORE: "the index cannot be opened, written or migrated",
    ExitCode.CONFIG: "the configuration cannot be used",
}
