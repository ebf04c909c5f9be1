//! The first words of three protocols: enough to see that a server is up and lets us in.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No server sends more than this in its first words.
const LIMIT: usize = 1 << 20;

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    Ok(stream)
}

fn read(stream: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
    if length > LIMIT {
        return Err(io::Error::other("not the protocol that was expected"));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn refused(what: &str, bytes: &[u8]) -> io::Error {
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    io::Error::other(format!("{what}: {text}"))
}

/// Logs in as root without a password.
pub(super) fn mariadb(address: SocketAddr) -> Result<(), String> {
    log_in_to_mariadb(address).map_err(|error| error.to_string())
}

fn log_in_to_mariadb(address: SocketAddr) -> io::Result<()> {
    let mut stream = connect(address)?;
    let greeting = mariadb_packet(&mut stream)?;
    if greeting.first() != Some(&10) {
        return Err(refused("no greeting", &greeting));
    }
    // Capabilities: protocol 4.1, secure connection, plugin authentication.
    let mut answer = Vec::new();
    answer.extend(0x0008_8200_u32.to_le_bytes());
    answer.extend(LIMIT.to_le_bytes().iter().take(4));
    answer.push(45);
    answer.extend([0; 23]);
    answer.extend(b"root\0");
    answer.push(0);
    answer.extend(b"mysql_native_password\0");
    write_mariadb_packet(&mut stream, 1, &answer)?;
    let mut reply = mariadb_packet(&mut stream)?;
    if reply.first() == Some(&0xfe) {
        // Asked to authenticate in another way: an empty password is empty in all of them.
        write_mariadb_packet(&mut stream, 3, &[])?;
        reply = mariadb_packet(&mut stream)?;
    }
    match reply.first() {
        Some(0) => Ok(()),
        _ => Err(refused("root is refused", &reply)),
    }
}

fn mariadb_packet(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let header = read(stream, 4)?;
    let length = header
        .iter()
        .take(3)
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    read(stream, length)
}

fn write_mariadb_packet(stream: &mut TcpStream, number: u8, bytes: &[u8]) -> io::Result<()> {
    let mut packet: Vec<u8> = bytes.len().to_le_bytes().into_iter().take(3).collect();
    packet.push(number);
    packet.extend(bytes);
    stream.write_all(&packet)
}

/// Logs in as postgres without a password.
pub(super) fn postgres(address: SocketAddr) -> Result<(), String> {
    log_in_to_postgres(address).map_err(|error| error.to_string())
}

fn log_in_to_postgres(address: SocketAddr) -> io::Result<()> {
    let mut stream = connect(address)?;
    let body = b"\x00\x03\x00\x00user\0postgres\0database\0postgres\0\0";
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    stream.write_all(&[&length.to_be_bytes(), &body[..]].concat())?;
    let head = read(&mut stream, 5)?;
    let length = head
        .iter()
        .skip(1)
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let message = read(&mut stream, length.saturating_sub(4))?;
    // Authentication, of the kind that asks for nothing.
    if head.first() == Some(&b'R') && message.starts_with(&[0, 0, 0, 0]) {
        // What follows says whether the server is ready or still starting.
        let next = read(&mut stream, 1)?;
        if next == b"E" {
            return Err(io::Error::other("the server is not ready"));
        }
        stream.write_all(&[b'X', 0, 0, 0, 4])?;
        Ok(())
    } else {
        Err(refused("postgres is refused", &message))
    }
}

/// Logs in as guest with the password guest.
pub(super) fn rabbitmq(address: SocketAddr) -> Result<(), String> {
    log_in_to_rabbitmq(address).map_err(|error| error.to_string())
}

fn log_in_to_rabbitmq(address: SocketAddr) -> io::Result<()> {
    let mut stream = connect(address)?;
    stream.write_all(b"AMQP\x00\x00\x09\x01")?;
    let start = amqp_method(&mut stream)?;
    if !start.starts_with(&[0, 10, 0, 10]) {
        return Err(refused("no connection.start", &start));
    }
    // connection.start-ok: no properties, PLAIN, user and password, en_US.
    let mut method = vec![0, 10, 0, 11];
    method.extend([0, 0, 0, 0]);
    method.extend(b"\x05PLAIN");
    method.extend(b"\x00\x00\x00\x0c\x00guest\x00guest");
    method.extend(b"\x05en_US");
    let length = u32::try_from(method.len()).unwrap_or(u32::MAX);
    let mut frame = vec![1, 0, 0];
    frame.extend(length.to_be_bytes());
    frame.extend(method);
    frame.push(0xce);
    stream.write_all(&frame)?;
    let tune = amqp_method(&mut stream)?;
    if tune.starts_with(&[0, 10, 0, 30]) {
        Ok(())
    } else {
        Err(refused("guest is refused", &tune))
    }
}

fn amqp_method(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let head = read(stream, 7)?;
    let length = head
        .iter()
        .skip(3)
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let mut bytes = read(stream, length + 1)?;
    bytes.pop();
    Ok(bytes)
}
