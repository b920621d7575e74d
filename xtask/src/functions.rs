//! What the functions of the module weigh, before the optimiser takes their names and moves some into others.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::workspace::Workspace;

/// Functions smaller than this, in bytes, are shown as one sum.
const SMALL: usize = 100;

pub(crate) fn report(workspace: &Workspace) -> Result<()> {
    let path = workspace.engine().join("engine_bg.wasm");
    let module = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut imported, mut bodies, mut names, mut data) = (0_u32, Vec::new(), BTreeMap::new(), 0);
    for payload in Parser::new(0).parse_all(&module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::DataSection(section) => data = section.range().len(),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(sections) = section.as_known() else { continue };
                for section in sections {
                    let Name::Function(functions) = section? else { continue };
                    for naming in functions {
                        let naming = naming?;
                        names.insert(naming.index, naming.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    let name = |place: usize| u32::try_from(place).ok().and_then(|place| names.get(&(place + imported)));
    let mut sizes: Vec<(usize, &str)> =
        bodies.iter().enumerate().map(|(place, size)| (*size, name(place).map_or("?", String::as_str))).collect();
    sizes.sort_by_key(|(size, name)| (std::cmp::Reverse(*size), *name));
    println!("{:>9}  function", "bytes");
    for (size, name) in sizes.iter().filter(|(size, _)| *size >= SMALL) {
        println!("{size:>9}  {name}");
    }
    let small = sizes.iter().filter(|(size, _)| *size < SMALL);
    println!("{:>9}  {} smaller ones", small.clone().map(|(size, _)| size).sum::<usize>(), small.count());
    println!("{:>9}  all code; {data} bytes of data", bodies.iter().sum::<usize>());
    Ok(())
}
