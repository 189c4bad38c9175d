"""Every annotation of the package is checked while the tests run, array shapes included."""

from jaxtyping import install_import_hook

# Before any test imports the package: the hook works on modules as they are loaded.
install_import_hook("mmphate_widget", "typecheck.checked")
