//! Compressed objects: a row of blocks, each with the name of its codec and two lengths.

use std::cell::RefCell;

use super::error::Damage;

/// Two letters, a method, and two lengths of three bytes.
const HEADER: usize = 9;
/// Memory the XZ decoder may take: its largest preset needs 65 MB.
const XZ_MEMORY: u64 = 256 << 20;

thread_local! {
    static DEFLATE: RefCell<libdeflater::Decompressor> = RefCell::new(libdeflater::Decompressor::new());
    static ZSTD: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Decompresses `source` into `out`, which is exactly `total` bytes long afterwards.
///
/// Room is made block by block (at most 16 MiB each), so that a wrong `total` costs no memory.
pub(super) fn decompress(source: &[u8], total: usize, out: &mut Vec<u8>) -> Result<(), Damage> {
    let mut rest = source;
    let mut start = 0;
    while start < total {
        let (header, body) = rest.split_first_chunk::<HEADER>().ok_or(Damage::Short {
            needed: HEADER as u64,
            left: rest.len() as u64,
        })?;
        let packed = length(&header[3..6]);
        let open = length(&header[6..9]);
        let body = body.get(..packed).ok_or(Damage::Short {
            needed: packed as u64,
            left: body.len() as u64,
        })?;
        if open == 0 || open > total - start {
            return Err(Damage::Other(format!(
                "a block of {open} bytes at byte {start} of an object of {total}"
            )));
        }
        // What is there from an earlier use is written over: a block fills its part or fails.
        if out.len() < start + open {
            out.resize(start + open, 0);
        }
        block([header[0], header[1]], body, &mut out[start..start + open])?;
        rest = &rest[HEADER + packed..];
        start += open;
    }
    out.truncate(total);
    Ok(())
}

/// Objects of so many bytes and fewer are left as they are.
const SMALL: usize = 256;
/// Most bytes of a block.
const BLOCK: usize = 0xff_ffff;

/// `source` as ZLIB blocks of level 1; nothing if it is small or does not get smaller.
pub(super) fn compress(source: &[u8]) -> Option<Vec<u8>> {
    if source.len() <= SMALL {
        return None;
    }
    let level = libdeflater::CompressionLvl::new(1).ok()?;
    let mut codec = libdeflater::Compressor::new(level);
    let mut out = Vec::new();
    for block in source.chunks(BLOCK) {
        let start = out.len();
        let room = codec.zlib_compress_bound(block.len());
        out.resize(start + HEADER + room, 0);
        let packed = codec
            .zlib_compress(block, &mut out[start + HEADER..])
            .ok()
            .filter(|packed| *packed <= BLOCK)?;
        out.truncate(start + HEADER + packed);
        let header = &mut out[start..start + HEADER];
        header[..3].copy_from_slice(b"ZL\x08");
        header[3..6].copy_from_slice(&(packed as u32).to_le_bytes()[..3]);
        header[6..9].copy_from_slice(&(block.len() as u32).to_le_bytes()[..3]);
    }
    (out.len() < source.len()).then_some(out)
}

/// Three bytes, the lowest first.
fn length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

fn block(codec: [u8; 2], body: &[u8], out: &mut [u8]) -> Result<(), Damage> {
    let wanted = out.len();
    let done = match &codec {
        b"ZL" => DEFLATE
            .with_borrow_mut(|codec| codec.zlib_decompress(body, out))
            .map_err(|e| failed("ZLIB", e))?,
        b"CS" => DEFLATE
            .with_borrow_mut(|codec| codec.deflate_decompress(body, out))
            .map_err(|e| failed("old ROOT", e))?,
        b"XZ" => xz(body, out)?,
        b"L4" => lz4(body, out)?,
        b"ZS" => zstd(body, out)?,
        other => return Err(Damage::Codec(format!("\"{}\"", other.escape_ascii()))),
    };
    if done == wanted {
        Ok(())
    } else {
        Err(Damage::Other(format!(
            "a block gives {done} bytes instead of {wanted}"
        )))
    }
}

fn failed(codec: &'static str, reason: impl std::fmt::Display) -> Damage {
    Damage::Block {
        codec,
        reason: reason.to_string(),
    }
}

fn lz4(body: &[u8], out: &mut [u8]) -> Result<usize, Damage> {
    let (sum, body) = body.split_first_chunk::<8>().ok_or(Damage::Short {
        needed: 8,
        left: body.len() as u64,
    })?;
    if xxhash_rust::xxh64::xxh64(body, 0) != u64::from_be_bytes(*sum) {
        return Err(failed("LZ4", "its checksum is wrong"));
    }
    lz4_flex::block::decompress_into(body, out).map_err(|e| failed("LZ4", e))
}

fn zstd(body: &[u8], out: &mut [u8]) -> Result<usize, Damage> {
    ZSTD.with_borrow_mut(|slot| {
        let codec = match slot {
            Some(codec) => codec,
            None => slot.insert(zstd::bulk::Decompressor::new().map_err(|e| failed("ZSTD", e))?),
        };
        codec
            .decompress_to_buffer(body, out)
            .map_err(|e| failed("ZSTD", e))
    })
}

fn xz(body: &[u8], out: &mut [u8]) -> Result<usize, Damage> {
    use liblzma::stream::{Action, Status, Stream};
    let mut stream = Stream::new_stream_decoder(XZ_MEMORY, 0).map_err(|e| failed("XZ", e))?;
    let wanted = out.len() as u64;
    loop {
        let before = (stream.total_in(), stream.total_out());
        let source = &body[before.0 as usize..];
        let room = &mut out[before.1 as usize..];
        let status = stream
            .process(source, room, Action::Finish)
            .map_err(|e| failed("XZ", e))?;
        if status == Status::StreamEnd || stream.total_out() == wanted {
            return Ok(stream.total_out() as usize);
        }
        if before == (stream.total_in(), stream.total_out()) {
            return Err(failed("XZ", "it ends too early"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_of(codec: &[u8; 2], packed: &[u8], open: usize) -> Vec<u8> {
        let mut bytes = codec.to_vec();
        bytes.push(8);
        bytes.extend(&(packed.len() as u32).to_le_bytes()[..3]);
        bytes.extend(&(open as u32).to_le_bytes()[..3]);
        bytes.extend(packed);
        bytes
    }

    fn deflate(data: &[u8], zlib: bool) -> Vec<u8> {
        let mut codec = libdeflater::Compressor::default();
        let mut out = vec![0; data.len() + 1000];
        let length = if zlib {
            codec.zlib_compress(data, &mut out)
        } else {
            codec.deflate_compress(data, &mut out)
        };
        out.truncate(length.unwrap());
        out
    }

    /// The same text in one block of each codec.
    fn blocks(text: &[u8]) -> Vec<Vec<u8>> {
        use std::io::Read;
        let packed = lz4_flex::block::compress(text);
        let mut lz4 = xxhash_rust::xxh64::xxh64(&packed, 0).to_be_bytes().to_vec();
        lz4.extend(packed);
        let mut xz = Vec::new();
        liblzma::read::XzEncoder::new(text, 6)
            .read_to_end(&mut xz)
            .unwrap();
        let zstd = zstd::bulk::compress(text, 3).unwrap();
        [
            (b"ZL", deflate(text, true)),
            (b"CS", deflate(text, false)),
            (b"L4", lz4),
            (b"ZS", zstd),
            (b"XZ", xz),
        ]
        .into_iter()
        .map(|(codec, packed)| block_of(codec, &packed, text.len()))
        .collect()
    }

    #[test]
    fn blocks_of_all_codecs_follow_each_other() {
        let text: Vec<u8> = (0..5000_u32).map(|i| ((i * i) >> 5) as u8).collect();
        let all = blocks(&text).concat();
        let mut out = vec![7; 3];
        decompress(&all, 5 * text.len(), &mut out).unwrap();
        assert_eq!(out, text.repeat(5));
        // A smaller object into the same memory.
        decompress(&blocks(&text)[3], text.len(), &mut out).unwrap();
        assert_eq!(out, text);
    }

    #[test]
    fn wrong_blocks_are_refused() {
        let text = b"some text, some text, some text".repeat(20);
        for block in blocks(&text) {
            let mut out = Vec::new();
            assert!(
                decompress(&block, text.len() + 1, &mut out).is_err(),
                "too short"
            );
            assert!(
                decompress(&block, text.len() - 1, &mut out).is_err(),
                "too long"
            );
            for end in 0..block.len() {
                assert!(
                    decompress(&block[..end], text.len(), &mut out).is_err(),
                    "cut at {end}"
                );
            }
        }
        let mut changed = blocks(&text).swap_remove(2);
        let last = changed.len() - 1;
        changed[last] ^= 1;
        let error = decompress(&changed, text.len(), &mut Vec::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a LZ4 block does not decompress (its checksum is wrong)"
        );
    }
}
