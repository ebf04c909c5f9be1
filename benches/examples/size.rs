fn main(){ println!("{} {} {}", std::mem::size_of::<nova_objects::Instance>(), std::mem::size_of::<nova_objects::Flavor>(), std::mem::size_of::<versionedobjects::Error>());
 let text = include_str!("../src/instance.json");
 use versionedobjects::Object;
 for _ in 0..20000 { std::hint::black_box(nova_objects::Instance::from_json(text).unwrap()); } }
