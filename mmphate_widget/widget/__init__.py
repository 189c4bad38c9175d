"""The instrument in the notebook: traits, wire, selection history, stream."""
