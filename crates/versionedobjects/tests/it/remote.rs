//! Calls by way of another process: the same outcome as without.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use versionedobjects::check::{Asked, Fault, Faulty, Recording};
use versionedobjects::{
    Arguments, CallError, Class, Context, Error, Exception, Form, Indirection, Manifest, MethodDef,
    MethodKind, Object as _, ObjectExt as _, Outgoing, Registry, Returned, VersionedObject, Writer,
    async_trait, read_all,
};

use crate::library::{
    Author, Binding, Book, BookList, BookStore, LibraryError, Result, Shelf, TimestampedFields as _,
};

/// A server behind the wire: whatever goes there or comes back is text.
struct Wire {
    server: Context,
    registry: Registry,
    /// Makes answers newer than the caller can read.
    newer: bool,
    backports: AtomicUsize,
}

impl Wire {
    fn to(store: impl BookStore + 'static) -> Self {
        let store: Arc<dyn BookStore> = Arc::new(store);
        let registry = Registry::new([
            Book::class_def(),
            Author::class_def(),
            BookList::class_def(),
        ]);
        Self {
            server: Context::direct(store, ()),
            registry,
            newer: false,
            backports: AtomicUsize::new(0),
        }
    }

    async fn call(
        &self,
        class: &'static Class,
        method: &'static MethodDef,
        receiver: Option<&mut dyn VersionedObject>,
        arguments: Outgoing,
    ) -> std::result::Result<String, CallError> {
        let (args, kwargs) = arguments.finish()?;
        let args: Vec<Box<serde_json::value::RawValue>> =
            serde_json::from_str(&args).expect("arguments are JSON");
        let kwargs: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
            serde_json::from_str(&kwargs).expect("arguments are JSON");
        let args: Vec<&str> = args.iter().map(|raw| raw.get()).collect();
        let kwargs: Vec<(&str, &str)> = kwargs
            .iter()
            .map(|(name, raw)| (name.as_str(), raw.get()))
            .collect();
        // What arrives is a name: the server looks the method up itself.
        let method = class.method(method.name, method.kind)?;
        let bound = Arguments::bind(class.name, method, &args, &kwargs)?;
        let result: Box<dyn Returned> = (method.call)(&self.server, receiver, bound)
            .await
            .map_err(CallError::Exception)?;
        let mut writer = Writer::new(Form::Compat);
        result.write(&mut writer);
        let text = writer.finish()?;
        Ok(if self.newer {
            text.replace("\"1.2\"", "\"1.9\"")
        } else {
            text
        })
    }
}

#[async_trait]
impl Indirection for Wire {
    async fn class_action(
        &self,
        _: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> std::result::Result<String, CallError> {
        self.call(class, method, None, arguments).await
    }

    async fn object_action(
        &self,
        _: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> std::result::Result<String, CallError> {
        let mut here = self.registry.read(&object.to_json()?)?;
        let before = here.clone_box();
        let result = self
            .call(here.class(), method, Some(&mut *here), arguments)
            .await?;
        let mut writer = Writer::new(Form::Compat);
        writer.raw("[{");
        for (index, field) in here.class().fields.iter().enumerate() {
            if here.slot(index).is_set() && !here.slot(index).same(before.slot(index)) {
                writer.raw(field.key);
                here.slot(index).write(&mut writer);
                writer.comma();
            }
        }
        writer.key("obj_what_changed");
        writer.array(here.changes(), |writer, name| writer.str(name));
        writer.raw(&format!("}}, {result}]"));
        Ok(writer.finish()?)
    }

    async fn backport(
        &self,
        _: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> std::result::Result<String, CallError> {
        self.backports.fetch_add(1, Ordering::Relaxed);
        assert_eq!(
            manifest.get("Book").map(|version| version.to_string()),
            Some("1.2".into())
        );
        Ok(primitive.replace("\"1.9\"", "\"1.2\""))
    }
}

/// A step of the script on the book at hand; says what came of it.
async fn step(number: usize, ctx: &Context, book: &mut Book) -> String {
    let shown = |result: Result<i64>| format!("{result:?}");
    match number {
        0 => format!("{:?}", Book::get(ctx, "1").await),
        1 => {
            book.set_isbn("1").expect("unset so far");
            shown(book.save(ctx).await)
        }
        2 | 3 => shown(book.save(ctx).await),
        4 => {
            book.set_title("A");
            book.set_copies(3);
            shown(book.save(ctx).await)
        }
        5 => {
            *book = Book::get(ctx, "1").await.expect("saved");
            format!("{:?}", book.title())
        }
        6 => {
            let mut author = Author::new();
            author.set_name("Ursula");
            book.set_author(author);
            shown(book.save(ctx).await)
        }
        7 => {
            *book = Book::get(ctx, "1").with_author(true).await.expect("saved");
            format!("{:?}", book.author())
        }
        8 => {
            book.edit_author(|author| author.set_email(None))
                .expect("loaded");
            shown(book.save(ctx).await)
        }
        9 => {
            book.set_binding(Binding::Hard);
            book.set_title(None);
            shown(book.save(ctx).await)
        }
        10 => format!("{:?}", Book::get(ctx, "nope").await),
        11 => {
            let mut second = book.clone();
            second.load("isbn", "2").expect("text");
            let saved = shown(second.save(ctx).await);
            *book = second;
            saved
        }
        12 => format!("{:?}", Book::get(ctx, "1").await.map(|book| book.changes())),
        13 => {
            book.set("tags", versionedobjects::Value::Map(Default::default()))
                .expect("a dictionary");
            shown(book.save(ctx).await)
        }
        14 => {
            book.edit_tags(|tags| tags.insert("k".into(), "é".into()))
                .expect("set");
            shown(book.save(ctx).await)
        }
        15 => {
            book.unset("title");
            shown(book.save(ctx).await)
        }
        16 => {
            book.reset_changes_recursively();
            shown(book.save(ctx).await)
        }
        17 => {
            let saved = book.clone().save(ctx).await;
            shown(saved)
        }
        18 => {
            *book = Book::get(ctx, "2").with_author(true).await.expect("saved");
            format!("{:?}", book.updated_at())
        }
        _ => {
            book.set_copies(0);
            book.save(ctx)
                .await
                .map_or_else(|error| error.to_string(), |count| count.to_string())
        }
    }
}

#[tokio::test]
async fn twenty_calls_leave_the_same_behind_by_either_route() {
    let store: Arc<dyn BookStore> = Arc::new(Shelf::default());
    let direct = Context::direct(store, ());
    let remote = Context::remote(Arc::new(Wire::to(Shelf::default())), ());
    let (mut here, mut there) = (Book::new(), Book::new());
    for number in 0..20 {
        let outcomes = (
            step(number, &direct, &mut here).await,
            step(number, &remote, &mut there).await,
        );
        assert_eq!(outcomes.0, outcomes.1, "step {number}");
        assert_eq!(
            here.to_json().expect("written"),
            there.to_json().expect("written"),
            "step {number}"
        );
    }
    assert!(here.changes().is_empty());
}

/// A store that does what its caller does not expect.
struct Meddler;

#[async_trait]
impl BookStore for Meddler {
    async fn get(&self, _: &Context, isbn: String, _: bool) -> Result<Book> {
        let mut book = Book::new();
        book.set_isbn(&*isbn)?;
        Ok(book)
    }

    async fn save(&self, _: &Context, book: &mut Book) -> Result<i64> {
        book.reset_changes();
        match book.copies()? {
            0 => book.load("isbn", "other")?,
            1 => book.mark_changed(&["title", "copies"]),
            _ => return Err(Exception::new("builtins", "RuntimeError", "no more").into_error()),
        }
        Ok(0)
    }
}

trait IntoLibraryError {
    fn into_error(self) -> LibraryError;
}

impl IntoLibraryError for Exception {
    fn into_error(self) -> LibraryError {
        LibraryError::Remote(self)
    }
}

fn meddled(copies: i64) -> Book {
    let mut book = Book::new();
    book.set_isbn("1").expect("unset so far");
    book.set_copies(copies);
    book
}

#[tokio::test]
async fn a_server_cannot_change_what_is_read_only() {
    let ctx = Context::remote(Arc::new(Wire::to(Meddler)), ());
    let mut book = meddled(0);
    let error = book
        .save(&ctx)
        .await
        .expect_err("the server changed the number");
    assert!(
        matches!(
            error,
            LibraryError::Object(Error::ReadOnlyField {
                object: "Book",
                field: "isbn"
            })
        ),
        "{error:?}"
    );
    assert_eq!(book.isbn().expect("set"), "1");
}

#[tokio::test]
async fn what_counts_as_changed_is_the_server_s_word() {
    let ctx = Context::remote(Arc::new(Wire::to(Meddler)), ());
    let mut book = meddled(1);
    book.save(&ctx).await.expect("saved");
    assert_eq!(book.changes(), ["title", "copies"]);
}

#[tokio::test]
async fn an_exception_of_the_server_is_one_of_the_caller_and_changes_nothing() {
    let ctx = Context::remote(Arc::new(Wire::to(Meddler)), ());
    let mut book = meddled(2);
    let before = book.to_json().expect("written");
    assert!(
        matches!(book.save(&ctx).await, Err(LibraryError::Remote(exception)) if exception.class == "RuntimeError")
    );
    assert_eq!(book.to_json().expect("written"), before);
}

#[tokio::test]
async fn an_answer_that_is_too_new_is_asked_for_again() {
    let wire = Arc::new(Wire {
        newer: true,
        ..Wire::to(Meddler)
    });
    let ctx = Context::remote(wire.clone(), ());
    let book = Book::get(&ctx, "7").await.expect("backported");
    assert_eq!(
        (book.isbn().expect("set"), book.version().to_string()),
        ("7", "1.2".into())
    );
    assert_eq!(
        (wire.backports.load(Ordering::Relaxed), ctx.backports()),
        (1, 1)
    );
    assert_eq!(ctx.loads(), 0);
}

#[test]
fn only_what_the_table_names_can_be_called() {
    let class = Book::class_def();
    assert!(class.method("get", MethodKind::Class).is_ok());
    for (name, kind) in [
        ("get", MethodKind::Instance),
        ("__init__", MethodKind::Instance),
        ("new", MethodKind::Class),
    ] {
        let error = class.method(name, kind).expect_err(name);
        assert_eq!(error.to_exception().class, "AttributeError");
    }
}

#[test]
fn arguments_are_bound_as_python_binds_them() {
    let method = Book::class_def()
        .method("get", MethodKind::Class)
        .expect("published");
    let bind = |args: &[&'static str], kwargs: &[(&'static str, &'static str)]| {
        Arguments::bind("Book", method, args, kwargs)
    };
    assert!(bind(&["\"1\""], &[]).is_ok());
    assert!(bind(&["\"1\"", "true"], &[]).is_ok());
    assert!(bind(&[], &[("with_author", "true"), ("isbn", "\"1\"")]).is_ok());
    for (args, kwargs, says) in [
        (&[][..], &[][..], "missing 1 required argument: 'isbn'"),
        (&["1", "2", "3"], &[], "takes 2 arguments but 3 were given"),
        (
            &["1"],
            &[("isbn", "2")],
            "got multiple values for argument 'isbn'",
        ),
        (
            &["1"],
            &[("bogus", "2")],
            "got an unexpected keyword argument 'bogus'",
        ),
    ] {
        let error = bind(args, kwargs).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.to_exception().class, "TypeError");
    }
    assert!(read_all::<String>("\"a\" b").is_err());
}

#[tokio::test]
async fn a_store_of_another_kind_is_named_in_the_error() {
    let ctx = Context::direct(Arc::new(5_u8), ());
    let error = Book::get(&ctx, "1")
        .await
        .expect_err("a number is no store");
    assert!(matches!(
        error,
        LibraryError::Object(Error::WrongStore {
            class: "Book",
            method: "get"
        })
    ));
}

/// What a call expects of the stored object is refused where nobody would look at it,
/// before the store or the other side is asked.
#[tokio::test]
async fn a_method_that_does_not_compare_refuses_expectations() {
    use versionedobjects::Expect;

    let wire = Arc::new(Wire::to(crate::library::Shelf::default()));
    let routes = [
        wire.server.clone(),
        Context::remote(Arc::<Wire>::clone(&wire), ()),
    ];
    for ctx in routes {
        let mut book = Book::new();
        book.set_isbn("1").expect("unset so far");
        let refused = book
            .save(&ctx.expecting(Expect::field("title", "A")))
            .await
            .expect_err("nobody compares");
        assert_eq!(
            refused.to_string(),
            "object action save failed because: Book.save does not look at what is stored, so it \
             cannot expect that title is \"A\"; call it with a context that expects nothing"
        );
        book.save(&ctx.expecting(Expect::nothing()))
            .await
            .expect("nothing is expected");
    }
}

#[tokio::test]
async fn what_is_asked_is_written_down_and_passed_on() {
    let route = Arc::new(Recording::new(Wire {
        newer: true,
        ..Wire::to(Shelf::default())
    }));
    let ctx = Context::remote(route.clone(), ());
    let mut book = Book::new();
    book.set_isbn("1").expect("unset so far");
    book.save(&ctx).await.expect("passed on");
    assert_eq!(route.asked(), [Asked::Object("Book", "save")]);
    Book::get(&ctx, "1").await.expect("passed on");
    assert_eq!(
        route.asked(),
        [Asked::Class("Book", "get"), Asked::Backport]
    );
    assert!(route.asked().is_empty(), "each call is told once");
}

#[tokio::test]
async fn what_is_lost_on_the_way_was_not_done_and_on_the_way_back_was() {
    for (fault, stored) in [(Fault::Call, false), (Fault::Answer, true)] {
        let shelf: Arc<dyn BookStore> = Arc::new(Shelf::default());
        let mut wire = Wire::to(Shelf::default());
        wire.server = Context::direct(shelf.clone(), ());
        let route = Faulty::new(wire, move |asked| {
            (asked == Asked::Object("Book", "save")).then_some(fault)
        });
        let ctx = Context::remote(Arc::new(route), ());
        let mut book = Book::new();
        book.set_isbn("1").expect("unset so far");
        let error = book.save(&ctx).await.expect_err("lost");
        assert!(
            matches!(&error, LibraryError::Object(Error::Unreachable { class, method, .. }) if class == "Book" && method == "save"),
            "{error}"
        );
        assert_eq!(
            book.changes(),
            ["isbn"],
            "{fault:?}: it may have to be repeated"
        );
        // Other calls get through.
        assert_eq!(Book::get(&ctx, "1").await.is_ok(), stored, "{fault:?}");
    }
}
