// A process that runs the SDK of Proton Drive for one worker; see SdkProcess.
import { createSdkDrive } from '../sdk/sdk-drive.js';
import { runSdkProcess } from './run-sdk-process.js';

runSdkProcess(createSdkDrive);
