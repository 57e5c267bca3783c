package dev.warren.cluster.store;

/// A failure of the fleet's store. The message is a sentence for the operator and shows no key.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String sentence) {
        super(sentence);
    }
}
