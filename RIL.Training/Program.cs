using RIL.Training.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
