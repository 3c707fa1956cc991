namespace RIL.Training;

/// <summary>
/// Input that cannot be used; the message says what, where, what was expected and what to do. The command line prints it alone and exits
/// with 2.
/// </summary>
public class InputException(string message, Exception? inner = null) : Exception(message, inner);
