//! The program, as people and programs run it.

mod db;
mod flavor;
mod fleet;
mod help;
mod keypair;
mod object_call;
mod object_convert;
mod object_convert_like_nova;
mod object_diff;
mod object_explain;
mod object_facts;
mod object_reference;
mod rabbit;
mod route;
mod server;
mod support;
